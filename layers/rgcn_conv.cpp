#include "isthmus/layers/rgcn_conv.hpp"

#include <cmath>
#include <ostream>
#include <vector>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/linear.hpp"
#include "isthmus/ops/message_aggregate.hpp"

#include "check_edges.hpp"
#include "check_graph.hpp"
#include "edge_mask.hpp"

namespace isthmus::layers {
namespace {

/// PyG's glorot: the last two sides count, whatever comes before them.
void glorot_last(Initializer& init, const at::Tensor& weight) {
  const std::int64_t sides = weight.size(-2) + weight.size(-1);
  init.uniform(weight, sides > 0 ? std::sqrt(6.0 / static_cast<double>(sides)) : 0.0);
}

/// Numbers of edges, from the caller's order to that of the rows.
at::Tensor in_row_order(const at::Tensor& of_edges, const Graph& graph) {
  const EdgePositions eid = graph.eid();
  if (eid.is_identity()) {
    return of_edges;
  }
  const at::Tensor index = at::empty({graph.num_edges()}, at::kLong);
  auto* at_slot = index.data_ptr<std::int64_t>();
  for (EdgeId slot = 0; slot < graph.num_edges(); ++slot) {
    at_slot[slot] = eid[slot];
  }
  return of_edges.index_select(0, index);
}

}  // namespace

RgcnConvImpl::RgcnConvImpl(const RgcnConvOptions& conv_options) : options(conv_options) {
  const RgcnConvOptions& o = options;
  TORCH_CHECK(o.num_relations() >= 1, "RgcnConv: num_relations must be >= 1, got ",
              o.num_relations());
  TORCH_CHECK(o.num_bases() >= 0, "RgcnConv: num_bases must be >= 0, got ", o.num_bases());
  TORCH_CHECK(o.num_blocks() >= 0, "RgcnConv: num_blocks must be >= 0, got ", o.num_blocks());
  TORCH_CHECK(o.num_bases() == 0 || o.num_blocks() == 0,
              "RgcnConv: num_bases and num_blocks exclude each other, got ", o.num_bases(), " and ",
              o.num_blocks());
  TORCH_CHECK(o.num_blocks() == 0 ||
                  (o.in_channels() % o.num_blocks() == 0 && o.out_channels() % o.num_blocks() == 0),
              "RgcnConv: num_blocks must divide in_channels ", o.in_channels(),
              " and out_channels ", o.out_channels(), ", got ", o.num_blocks());
  TORCH_CHECK(
      o.agg() == ops::Reduce::kMean || o.agg() == ops::Reduce::kSum || o.agg() == ops::Reduce::kMax,
      "RgcnConv: agg must be kMean, kSum or kMax, got number ", static_cast<int>(o.agg()));
  reset();
}

void RgcnConvImpl::reset() {
  const RgcnConvOptions& o = options;
  seen_ = {};
  if (o.num_blocks() > 0) {
    weight = register_parameter(
        "weight", at::empty({o.num_relations(), o.num_blocks(), o.in_channels() / o.num_blocks(),
                             o.out_channels() / o.num_blocks()}));
  } else {
    const std::int64_t count = o.num_bases() > 0 ? o.num_bases() : o.num_relations();
    weight = register_parameter("weight", at::empty({count, o.in_channels(), o.out_channels()}));
  }
  comp = o.num_bases() > 0
             ? register_parameter("comp", at::empty({o.num_relations(), o.num_bases()}))
             : at::Tensor();
  root = o.root_weight()
             ? register_parameter("root", at::empty({o.in_channels(), o.out_channels()}))
             : at::Tensor();
  bias = o.bias() ? register_parameter("bias", at::empty({o.out_channels()})) : at::Tensor();
  Initializer init(o.seed());
  reset_parameters(init);
}

void RgcnConvImpl::reset_parameters(Initializer& init) {
  for (const at::Tensor& parameter : {weight, comp, root}) {
    if (parameter.defined()) {
      glorot_last(init, parameter);
    }
  }
  if (bias.defined()) {
    Initializer::fill(bias, 0.0);
  }
}

void RgcnConvImpl::pretty_print(std::ostream& stream) const {
  stream << "RGCNConv(" << options.in_channels() << ", " << options.out_channels()
         << ", num_relations=" << options.num_relations() << ")";
}

const Graph& RgcnConvImpl::by_relation(const Graph& graph, const at::Tensor& edge_type) {
  if (seen_.are(graph, edge_type)) {
    return by_relation_;
  }
  const std::int64_t relations = options.num_relations();
  const at::Tensor types = edge_type.contiguous();
  const auto* type = types.data_ptr<std::int64_t>();
  const EdgePositions eid = graph.eid();
  const CsrView csr = graph.csr();
  std::vector<std::int64_t> src;
  std::vector<std::int64_t> dst;
  src.reserve(static_cast<std::size_t>(graph.num_edges()));
  dst.reserve(static_cast<std::size_t>(graph.num_edges()));
  EdgeId slot = 0;
  for (NodeId row = 0; row < csr.num_rows(); ++row) {
    for (const NodeId source : csr.row(row)) {
      const EdgeId edge = eid[slot++];
      TORCH_CHECK(type[edge] >= 0 && type[edge] < relations, "RgcnConv: edge_type must be in 0..",
                  relations - 1, ", got ", type[edge], " at edge ", edge);
      src.push_back(source);
      dst.push_back(row * relations + type[edge]);
    }
  }
  by_relation_ = Graph::from_coo64(graph.num_nodes(), graph.num_nodes() * relations, src, dst);
  seen_ = TypedEdges(graph, edge_type);
  return by_relation_;
}

at::Tensor RgcnConvImpl::forward(const NodeInput& x, const at::Tensor& edge_type,
                                 const Graph& graph) {
  ConvContext context(graph);
  context.edge_type = edge_type;
  return propagate(x, context);
}

at::Tensor RgcnConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  const Graph& graph = context.graph;
  const at::Tensor& edge_type = context.edge_type;
  const RgcnConvOptions& o = options;
  check_graph("RgcnConv", x, graph, o.in_channels());
  check_edge_type("RgcnConv", edge_type, graph);
  const std::int64_t nodes = graph.num_nodes();
  const at::Tensor dense = to_dense(x);
  const Graph& split = by_relation(graph, edge_type);  // its edges lie as the rows of graph do
  const at::Tensor heard =                             // [N R, in]
      is_masked(context)
          ? masked_reduce(dense, in_row_order(context.edge_mask, graph), split, o.agg())
          : ops::message_aggregate(dense, {}, split,
                                   {.message = ops::MessageOf::kSource, .reduce = o.agg()});

  at::Tensor out;
  if (o.num_blocks() > 0) {
    const std::int64_t depth = o.in_channels() / o.num_blocks();
    const std::int64_t width = o.out_channels() / o.num_blocks();
    const at::Tensor parts = heard.view({nodes, o.num_relations(), o.num_blocks(), depth});
    std::vector<at::Tensor> blocks;
    for (std::int64_t b = 0; b < o.num_blocks(); ++b) {
      const at::Tensor own = parts.select(2, b).reshape({nodes, o.num_relations() * depth});
      const at::Tensor matrix = weight.select(1, b).reshape({o.num_relations() * depth, width});
      blocks.push_back(ops::linear(own, matrix.t(), {}));
    }
    out = at::cat(blocks, 1);
  } else {
    const at::Tensor all =
        comp.defined() ? ops::linear(comp, weight.reshape({o.num_bases(), -1}).t(), {}) : weight;
    out = ops::linear(heard.view({nodes, o.num_relations() * o.in_channels()}),
                      all.reshape({o.num_relations() * o.in_channels(), o.out_channels()}).t(), {});
  }
  if (root.defined()) {
    out = out + ops::linear(dense, root.t(), {});
  }
  return bias.defined() ? out + bias : out;
}

}  // namespace isthmus::layers
