/// Gnn on mini-batches of sampled neighbours: layer_graphs() as contexts.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/graph/layer_graphs.hpp"
#include "isthmus/graph/neighbor_sampler.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gnn.hpp"

#include "layer_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::layers {
namespace {

using ::testing::StartsWith;
using Ids = std::vector<NodeId>;

/// A sample as a network takes it; facts of the whole graph by their definition.
struct MiniBatch {
  MiniBatch(const Graph& whole, NeighborSample drawn)
      : sample(std::move(drawn)), graphs(layer_graphs(sample)) {
    in_scale = at::ones({sample.graph.num_nodes(), 1}, at::kDouble);
    gcn_norm = at::ones({sample.graph.num_nodes(), 1}, at::kDouble);
    for (std::size_t v = 0; v < sample.n_id.size(); ++v) {
      const NodeId original = sample.n_id[v];
      const auto row = static_cast<std::int64_t>(v);
      const auto all = static_cast<double>(whole.csr().degree(original));
      const std::int64_t kept = sample.graph.csr().degree(static_cast<NodeId>(v));
      if (kept > 0) {
        in_scale[row] = all / static_cast<double>(kept);
      }
      const auto arcs = whole.csr().row(original);
      const auto loops = static_cast<double>(std::count(arcs.begin(), arcs.end(), original));
      gcn_norm[row] = 1.0 / std::sqrt(all - loops + 1.0);
    }
    for (const Graph& graph : graphs) {
      ConvContext& context = contexts.emplace_back(graph);
      context.in_scale = in_scale.narrow(0, 0, graph.num_nodes());
      context.gcn_norm = gcn_norm.narrow(0, 0, graph.num_nodes());
    }
  }
  MiniBatch(const MiniBatch&) = delete;
  MiniBatch& operator=(const MiniBatch&) = delete;

  [[nodiscard]] at::Tensor rows_of(const at::Tensor& x) const {
    const std::vector<std::int64_t> ids(sample.n_id.begin(), sample.n_id.end());
    return x.index_select(0, at::tensor(ids, at::kLong));
  }

  NeighborSample sample;
  std::vector<Graph> graphs;
  at::Tensor in_scale, gcn_norm;
  std::vector<ConvContext> contexts;
};

MiniBatch draw(const Graph& graph, std::vector<std::int64_t> fanouts, const Ids& seeds,
               std::uint32_t batch = 0) {
  return {graph, NeighborSampler(graph, {.fanouts = std::move(fanouts)})
                     .sample(seeds, {.epoch = 0, .batch = batch})};
}

/// Two layers of every kind that runs on samples, 3 -> 2; BatchNorm only in eval mode.
std::vector<GnnOptions> every_network() {
  std::vector<GnnOptions> networks;
  for (const LayerType type :
       {LayerType::kGcn, LayerType::kSage, LayerType::kGin, LayerType::kLinear}) {
    for (const bool add : {false, true}) {
      GnnOptions stack{.layer_type = type, .dim_in = 3, .dim_out = 2, .dim_inner = 4};
      if (add && type != LayerType::kLinear) {
        stack.agg = ops::Reduce::kSum;
      }
      networks.push_back(stack);
      GnnOptions skip = stack;
      skip.layers_pre_mp = 1;
      skip.layers_post_mp = 1;
      skip.stage_type = StageType::kSkipSum;
      skip.norm = Norm::kLayer;
      skip.act = Activation::kTanh;
      networks.push_back(skip);
      GnnOptions residual = skip;
      residual.stage_type = StageType::kResidual;
      networks.push_back(residual);
    }
  }
  return networks;
}

class SampledNetwork : public ::testing::TestWithParam<std::size_t> {
 protected:
  SampledNetwork() : gnn_(every_network()[GetParam()]) { gnn_->to(torch::kDouble); }
  Gnn gnn_;
};

/// All arcs drawn: what the whole graph gives, and the gradients of it. The order of a sum may
/// differ (local ids), hence not bit for bit.
TEST_P(SampledNetwork, OnAllArcsIsTheWholeGraphsNetwork) {
  for (const Graph& graph : {test::awkward_graph(), test::random_graph(30, 120, 3)}) {
    const auto n = static_cast<std::int64_t>(graph.num_nodes());
    const at::Tensor x = test::features(n, 3, 1);
    const MiniBatch batch = draw(graph, {-1, -1}, {5, 2, 0});
    const at::Tensor expected =
        gnn_->forward(x, graph).index_select(0, at::tensor({5, 2, 0}, at::kLong));
    const at::Tensor weights = test::features(3, 2, 9);
    (expected * weights).sum().backward();
    std::vector<at::Tensor> gradients;
    for (at::Tensor& parameter : gnn_->parameters()) {
      gradients.push_back(parameter.grad().clone());
      parameter.mutable_grad() = at::Tensor();
    }
    const at::Tensor got = gnn_->forward(batch.rows_of(x), batch.contexts, 3);
    EXPECT_LT(test::max_difference(got, expected), 1e-12);
    (got * weights).sum().backward();
    std::size_t i = 0;
    for (at::Tensor& parameter : gnn_->parameters()) {
      EXPECT_LT(test::max_difference(parameter.grad(), gradients[i++]), 1e-11);
      parameter.mutable_grad() = at::Tensor();
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Networks, SampledNetwork,
                         ::testing::Range<std::size_t>(0, every_network().size()));

// 20 arcs into node 0 from 1..20, of which 4 are drawn. One layer without activation is linear in
// the sum, so its mean over many draws is the whole graph's row: off by more than 5 standard errors
// once in a million, and the seed is fixed.
class UnbiasedLayer : public ::testing::TestWithParam<LayerType> {};
TEST_P(UnbiasedLayer, EstimatesTheWholeGraphsRow) {
  Ids src(20);
  std::iota(src.begin(), src.end(), 1);
  const Graph graph = Graph::from_coo(21, src, Ids(20, 0));
  const at::Tensor x = test::features(21, 3, 2);
  const at::NoGradGuard no_grad;
  GnnOptions options{.layer_type = GetParam(), .dim_in = 3, .dim_out = 2, .dim_inner = 4};
  options.layers_mp = 1;
  options.act = Activation::kIdentity;
  for (const bool add : {false, true}) {
    if (add) {
      options.agg = ops::Reduce::kSum;
    }
    Gnn gnn(options);
    gnn->to(torch::kDouble);
    std::vector<at::Tensor> rows;
    for (std::uint32_t b = 0; b < 400; ++b) {
      const MiniBatch batch = draw(graph, {4}, {0}, b);
      rows.push_back(gnn->forward(batch.rows_of(x), batch.contexts, 1));
    }
    const at::Tensor all = at::cat(rows);
    const at::Tensor mean = all.mean(0);
    const at::Tensor error = (mean - gnn->forward(x, graph)[0]).abs();
    const at::Tensor standard_error = (all - mean).pow(2).mean(0).sqrt() / std::sqrt(400.0);
    EXPECT_TRUE((error < 5.0 * standard_error).all().item<bool>()) << error << standard_error;
  }
}
INSTANTIATE_TEST_SUITE_P(Types, UnbiasedLayer,
                         ::testing::Values(LayerType::kGcn, LayerType::kSage, LayerType::kGin));

// Node 0 of degree 4 keeps one arc, from node 1 of degree 3 (loops apart): gcn_norm 1/sqrt(5) and
// 1/2, in_scale 4. With weight 1 and no bias: x_0 / 5 + 4 x_1 / (2 sqrt(5)).
TEST(GcnConv, ScalesDrawnArcsByHand) {
  const Graph kept = Graph::from_coo(2, Ids{1, 0}, Ids{0, 0});  // and a loop, which counts once
  ConvContext context(kept);
  context.in_scale = at::tensor({4.0, 1.0}, at::kDouble).unsqueeze(1);
  context.gcn_norm = at::tensor({1.0 / std::sqrt(5.0), 0.5}, at::kDouble).unsqueeze(1);
  GcnConv conv(1, 1);
  conv->to(torch::kDouble);
  const at::NoGradGuard no_grad;
  conv->lin->weight.fill_(1.0);
  const at::Tensor x = at::tensor({10.0, 3.0}, at::kDouble).unsqueeze(1);
  const at::Tensor out = conv->propagate(x, context);
  EXPECT_NEAR(out[0].item<double>(), 2.0 + 12.0 / (2.0 * std::sqrt(5.0)), 1e-12);
  EXPECT_NEAR(out[1].item<double>(), 0.75, 1e-12);
}

TEST(GcnConv, RefusesASampleWhereItNeedsTheWholeGraph) {
  const Graph graph = test::awkward_graph();
  ConvContext context(graph);
  context.in_scale = at::ones({6, 1}, at::kDouble);
  GcnConv conv(GcnConvOptions(3, 2).add_self_loops(false));
  conv->to(torch::kDouble);
  EXPECT_THAT(isthmus::test::message_of<c10::Error>(
                  [&] { (void)conv->propagate(test::features(6, 3, 1), context); }),
              StartsWith("GcnConv: normalize without add_self_loops needs the whole graph"));
}

TEST(Gnn, RefusesMiniBatchesThatDoNotFit) {
  const Graph large = test::random_graph(9, 20, 1);
  const Graph small = test::random_graph(4, 6, 1);
  Gnn gnn(GnnOptions{.dim_in = 3, .dim_out = 2});
  gnn->to(torch::kDouble);
  const at::Tensor x = test::features(9, 3, 1);
  const auto refuses = [&](const std::vector<ConvContext>& contexts, std::int64_t rows,
                           const std::string& text) {
    EXPECT_THAT(
        isthmus::test::message_of<c10::Error>([&] { (void)gnn->forward(x, contexts, rows); }),
        StartsWith(text));
  };
  refuses({ConvContext(large)}, 1,
          "Gnn: a mini-batch must have one context per message-passing layer, 2, got 1");
  refuses({ConvContext(large), ConvContext(small)}, 5, "Gnn: num_rows must be in [0, 4], got 5");
  refuses({ConvContext(small), ConvContext(large)}, 1, "Gnn: ");
  GnnOptions pooled{.dim_in = 3, .dim_out = 2};
  pooled.graph_pooling = Pooling::kSum;
  pooled.layers_post_mp = 1;
  gnn = Gnn(pooled);
  refuses({ConvContext(large), ConvContext(small)}, 1,
          "Gnn: a mini-batch of nodes needs a network without graph_pooling");
}

}  // namespace
}  // namespace isthmus::layers
