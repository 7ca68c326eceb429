#include "isthmus/layers/gated_gcn_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/message_aggregate.hpp"
#include "isthmus/ops/sddmm.hpp"

#include "check_edges.hpp"
#include "check_graph.hpp"
#include "edge_mask.hpp"

namespace isthmus::layers {
namespace {

// As published: keeps the quotient finite where all gates are shut.
constexpr double kGateFloor = 1e-6;

}  // namespace

GatedGcnConvImpl::GatedGcnConvImpl(const GatedGcnConvOptions& conv_options)
    : options(conv_options) {
  TORCH_CHECK(options.edge_channels() >= 1, "GatedGcnConv: edge_channels must be >= 1, got ",
              options.edge_channels());
  TORCH_CHECK(options.dropout() >= 0.0 && options.dropout() < 1.0,
              "GatedGcnConv: dropout must be in [0, 1), got ", options.dropout());
  reset();
}

void GatedGcnConvImpl::reset() {
  const std::int64_t in = options.in_channels();
  const std::int64_t out = options.out_channels();
  A = register_module("A", Linear(in, out));
  B = register_module("B", Linear(in, out));
  C = register_module("C", Linear(options.edge_channels(), out));
  D = register_module("D", Linear(in, out));
  E = register_module("E", Linear(in, out));
  const BatchNormOptions norm = BatchNormOptions(out).allow_single_element(true);
  // The tensors alone are children: their published names have no segment "module".
  if (options.batch_norm() && !options.plain_nodes()) {
    bn_node_h = BatchNorm(norm);
    register_module("bn_node_h", bn_node_h->module);
  }
  if (options.batch_norm()) {
    bn_node_e = BatchNorm(norm);
    register_module("bn_node_e", bn_node_e->module);
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void GatedGcnConvImpl::reset_parameters(Initializer& init) {
  for (Linear* lin : {&A, &B, &C, &D, &E}) {
    (*lin)->reset_parameters(init);
  }
  for (BatchNorm* norm : {&bn_node_h, &bn_node_e}) {
    if (*norm) {
      (*norm)->reset_parameters();
    }
  }
}

void GatedGcnConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GatedGCN(" << options.in_channels() << ", " << options.out_channels()
         << ", edge_dim=" << options.edge_channels() << ")";
}

at::Tensor GatedGcnConvImpl::finish(const at::Tensor& before, at::Tensor after, BatchNorm& norm,
                                    const ops::DropoutKey& key) {
  if (norm) {
    norm->train(is_training());
    after = norm->forward(after);
  }
  after = after.relu();
  if (options.residual() && before.size(1) == after.size(1)) {
    after = before + after;
  }
  return is_training() && options.dropout() > 0.0 ? ops::dropout(after, options.dropout(), key)
                                                  : after;
}

GatedGcnOutput GatedGcnConvImpl::forward(const NodeInput& x, const at::Tensor& edges,
                                         const Graph& graph, const ops::DropoutKey& key) {
  ConvContext context(graph);
  context.key = key;
  return run(x, edges, context);
}

GatedGcnOutput GatedGcnConvImpl::run(const NodeInput& x, const at::Tensor& edges,
                                     const ConvContext& context) {
  const Graph& graph = context.graph;
  check_graph("GatedGcnConv", x, graph, options.in_channels());
  check_edge_attr("GatedGcnConv", edges, graph, options.edge_channels());
  const at::Tensor gates_in =
      ops::sddmm(D->forward(x), E->forward(x), graph, ops::EdgeOp::kAdd) + C->forward(edges);
  const at::Tensor gates = gates_in.sigmoid();
  const at::Tensor passed = is_masked(context) ? gates * context.edge_mask.unsqueeze(1) : gates;
  const at::Tensor heard =
      ops::message_aggregate(B->forward(x), passed, graph, {.message = ops::MessageOf::kProduct});
  const at::Tensor open = ops::edge_aggregate(gates, graph, ops::Reduce::kSum);
  const at::Tensor nodes = A->forward(x) + heard / (open + kGateFloor);

  ops::DropoutKey edge_key = context.key;
  ++edge_key.layer;
  return {options.plain_nodes() ? nodes : finish(to_dense(x), nodes, bn_node_h, context.key),
          finish(edges, gates_in, bn_node_e, edge_key)};
}

at::Tensor GatedGcnConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  at::Tensor edges = context.edge_state != nullptr ? *context.edge_state : context.edge_attr;
  if (!edges.defined()) {
    edges = at::ones({context.graph.num_edges(), 1}, A->weight.options().requires_grad(false));
  }
  GatedGcnOutput out = run(x, edges, context);
  if (context.edge_state != nullptr) {
    *context.edge_state = out.edges;
  }
  return out.nodes;
}

}  // namespace isthmus::layers
