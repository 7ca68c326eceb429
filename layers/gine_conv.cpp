#include "isthmus/layers/gine_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/message_aggregate.hpp"
#include "isthmus/ops/sddmm.hpp"

#include "check_edges.hpp"
#include "check_graph.hpp"
#include "edge_mask.hpp"

namespace isthmus::layers {

GineConvImpl::GineConvImpl(const GineConvOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.edge_channels() >= 0, "GineConv: edge_channels must be >= 0, got ",
              options.edge_channels());
  reset();
}

void GineConvImpl::reset() {
  nn = register_module(
      "nn",
      Mlp(MlpOptions({options.in_channels(), options.hidden_channels(), options.out_channels()})
              .norm(options.norm())
              .act(options.act())));
  if (options.edge_channels() > 0) {
    lin = register_module("lin", Linear(options.edge_channels(), options.in_channels()));
  }
  eps = options.train_eps() ? register_parameter("eps", at::empty({1}))
                            : register_buffer("eps", at::empty({1}));
  Initializer init(options.seed());
  reset_parameters(init);
}

void GineConvImpl::reset_parameters(Initializer& init) {
  nn->reset_parameters(init);
  if (lin) {
    lin->reset_parameters(init);
  }
  Initializer::fill(eps, options.eps());
}

void GineConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GINEConv(" << options.in_channels() << ", " << options.hidden_channels() << ", "
         << options.out_channels();
  if (lin) {
    stream << ", edge_dim=" << options.edge_channels();
  }
  stream << (options.train_eps() ? ", train_eps=true)" : ")");
}

at::Tensor GineConvImpl::forward(const NodeInput& x, const at::Tensor& edge_attr,
                                 const Graph& graph) {
  ConvContext context(graph);
  context.edge_attr = edge_attr;
  return propagate(x, context);
}

at::Tensor GineConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  const Graph& graph = context.graph;
  const at::Tensor& edge_attr = context.edge_attr;
  check_graph("GineConv", x, graph, options.in_channels());
  check_edge_attr("GineConv", edge_attr, graph,
                  lin ? options.edge_channels() : options.in_channels());
  const at::Tensor dense = to_dense(x);
  const at::Tensor edges = lin ? lin->forward(edge_attr) : edge_attr;
  const at::Tensor own = dense * (eps + 1.0);
  if (is_masked(context)) {
    const at::Tensor messages =
        (ops::sddmm(dense, {}, graph, ops::EdgeOp::kCopySource) + edges).relu();
    return nn->forward(own + ops::edge_aggregate(messages * context.edge_mask.unsqueeze(1), graph,
                                                 ops::Reduce::kSum));
  }
  return nn->forward(ops::message_aggregate(dense, edges, graph, {.relu = true}, /*start=*/own));
}

}  // namespace isthmus::layers
