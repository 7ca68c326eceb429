#include <utility>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/node_order.hpp"
#include "isthmus/layers/gnn.hpp"

#include "layer_cases.hpp"
#include "support/graph_factories.hpp"

namespace isthmus::layers {
namespace {

/// Networks of row-wise operations alone: no statistics over nodes, no pooling.
std::vector<GnnOptions> row_wise_shapes() {
  std::vector<GnnOptions> shapes;
  for (const LayerType type :
       {LayerType::kGcn, LayerType::kSage, LayerType::kGin, LayerType::kLinear}) {
    GnnOptions plain{.layer_type = type, .dim_in = 6, .dim_out = 3, .dim_inner = 8};
    plain.dropout = 0.3;
    shapes.push_back(plain);
    GnnOptions skip = plain;
    skip.layers_pre_mp = 1;
    skip.layers_post_mp = 2;
    skip.stage_type = StageType::kSkipSum;
    skip.norm = Norm::kLayer;
    shapes.push_back(skip);
    GnnOptions residual = skip;
    residual.stage_type = StageType::kResidual;
    shapes.push_back(residual);
    GnnOptions reversible = skip;
    reversible.stage_type = StageType::kReversible;
    shapes.push_back(reversible);
  }
  return shapes;
}

std::vector<NodeId> random_order(NodeId n) {
  RandomStream draws(4, 5);
  std::vector<NodeId> order;
  for (const std::int64_t v : draws.permutation(n)) {
    order.push_back(static_cast<NodeId>(v));
  }
  return order;
}

/// Scores and input gradients of every node are the same bits in any order of the nodes, with the
/// dropout of training on.
TEST(GnnOnReorderedGraph, GivesEveryNodeTheSameBits) {
  const Graph graph = test::random_multigraph(90, 700, 3);  // loops, copies, directed
  for (const GnnOptions& options : row_wise_shapes()) {
    Gnn gnn(options);
    gnn->set_step(5);
    const at::Tensor x = torch::randn({graph.num_nodes(), options.dim_in});
    const at::Tensor g = torch::randn({graph.num_nodes(), options.dim_out});
    const auto run = [&](const std::vector<NodeId>& order) {
      const std::vector<std::int64_t> wide(order.begin(), order.end());
      const at::Tensor rows = at::tensor(wide);
      at::Tensor leaf = x.index_select(0, rows).requires_grad_(true);
      const at::Tensor y = gnn->forward(leaf, graph.reordered(order));
      y.backward(g.index_select(0, rows));
      const at::Tensor back = rows.argsort();
      return std::pair(y.detach().index_select(0, back), leaf.grad().index_select(0, back));
    };
    std::vector<NodeId> as_it_is;
    for (NodeId v = 0; v < graph.num_nodes(); ++v) {
      as_it_is.push_back(v);
    }
    const auto [scores, gradient] = run(as_it_is);
    for (const auto& order : {random_order(graph.num_nodes()), rcm_order(graph)}) {
      const auto [other_scores, other_gradient] = run(order);
      EXPECT_TRUE(torch::equal(scores, other_scores)) << name_of(options.layer_type);
      EXPECT_TRUE(torch::equal(gradient, other_gradient)) << name_of(options.layer_type);
    }
  }
}

}  // namespace
}  // namespace isthmus::layers
