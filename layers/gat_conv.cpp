#include "isthmus/layers/gat_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>

#include "isthmus/ops/linear.hpp"

#include "attention_heads.hpp"
#include "check_graph.hpp"
#include "neighbour_attention.hpp"

namespace isthmus::layers {

GatConvImpl::GatConvImpl(const GatConvOptions& conv_options) : options(conv_options) {
  check_heads("GatConv", options.heads(), options.out_channels(), options.dropout());
  reset();
}

void GatConvImpl::reset() {
  const std::int64_t heads = options.heads();
  const std::int64_t channels = options.out_channels();
  const std::int64_t columns = head_columns(heads, channels, options.concat());
  const auto projection = [this](std::int64_t out) {
    return Linear(LinearOptions(options.in_channels(), out).bias(false).init(WeightInit::kGlorot));
  };
  att_src = register_parameter("att_src", at::empty({1, heads, channels}));
  att_dst = register_parameter("att_dst", at::empty({1, heads, channels}));
  bias = options.bias() ? register_parameter("bias", at::zeros({columns})) : at::Tensor();
  lin = register_module("lin", projection(heads * channels));
  res = options.residual() ? register_module("res", projection(columns)) : nullptr;
  Initializer init(options.seed());
  reset_parameters(init);
}

void GatConvImpl::reset_parameters(Initializer& init) {
  lin->reset_parameters(init);
  init.glorot(att_src.detach()[0]);
  init.glorot(att_dst.detach()[0]);
  if (bias.defined()) {
    Initializer::fill(bias, 0.0);
  }
  if (res) {
    res->reset_parameters(init);
  }
}

void GatConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GATConv(" << options.in_channels() << ", " << options.out_channels()
         << ", heads=" << options.heads() << ")";
}

at::Tensor GatConvImpl::forward(const NodeInput& x, const Graph& graph,
                                const ops::DropoutKey& key) {
  ConvContext context(graph);
  context.key = key;
  return propagate(x, context);
}

at::Tensor GatConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  check_graph("GatConv", x, context.graph, options.in_channels());
  const std::int64_t heads = options.heads();
  ops::AttentionOptions how;
  how.negative_slope = options.negative_slope();
  how.self_loops = options.add_self_loops();
  how.dropout = is_training() ? options.dropout() : 0.0;
  how.key = context.key;

  const at::Tensor h = lin->forward(x);
  // Both scores of a node in one narrow product: no product of the size of h is written.
  const at::Tensor weight = at::cat({head_dot_weight(att_src), head_dot_weight(att_dst)});
  const at::Tensor scores = ops::linear(h, weight, {});
  at::Tensor out =
      neighbour_gat(h, scores.slice(1, 0, heads), scores.slice(1, heads, 2 * heads), context, how);
  out = join_heads(out, heads, options.concat());
  if (res) {
    out = out + res->forward(x);
  }
  return bias.defined() ? out + bias : out;
}

}  // namespace isthmus::layers
