#include "isthmus/layers/gatv2_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>

#include "attention_heads.hpp"
#include "check_graph.hpp"
#include "neighbour_attention.hpp"

namespace isthmus::layers {

Gatv2ConvImpl::Gatv2ConvImpl(const Gatv2ConvOptions& conv_options) : options(conv_options) {
  check_heads("Gatv2Conv", options.heads(), options.out_channels(), options.dropout());
  reset();
}

void Gatv2ConvImpl::reset() {
  const std::int64_t heads = options.heads();
  const std::int64_t channels = options.out_channels();
  const std::int64_t columns = head_columns(heads, channels, options.concat());
  const auto projection = [this](std::int64_t out, bool with_bias) {
    return Linear(LinearOptions(options.in_channels(), out).bias(with_bias));
  };
  att = register_parameter("att", at::empty({1, heads, channels}));
  bias = options.bias() ? register_parameter("bias", at::zeros({columns})) : at::Tensor();
  lin_l = register_module("lin_l", projection(heads * channels, options.bias()));
  lin_r = options.share_weights()
              ? nullptr
              : register_module("lin_r", projection(heads * channels, options.bias()));
  res = options.residual() ? register_module("res", projection(columns, false)) : nullptr;
  Initializer init(options.seed());
  reset_parameters(init);
}

void Gatv2ConvImpl::reset_parameters(Initializer& init) {
  // Glorot weights with the bias of torch::nn::Linear, as PyG has it.
  for (const Linear& lin : {lin_l, lin_r, res}) {
    if (lin) {
      init.glorot(lin->weight);
      if (lin->bias.defined()) {
        init.kaiming_uniform(lin->bias, options.in_channels());
      }
    }
  }
  init.glorot(att.detach()[0]);
  if (bias.defined()) {
    Initializer::fill(bias, 0.0);
  }
}

void Gatv2ConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GATv2Conv(" << options.in_channels() << ", " << options.out_channels()
         << ", heads=" << options.heads() << ")";
}

at::Tensor Gatv2ConvImpl::forward(const NodeInput& x, const Graph& graph,
                                  const ops::DropoutKey& key) {
  ConvContext context(graph);
  context.key = key;
  return propagate(x, context);
}

at::Tensor Gatv2ConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  check_graph("Gatv2Conv", x, context.graph, options.in_channels());
  const std::int64_t heads = options.heads();
  ops::AttentionOptions how;
  how.negative_slope = options.negative_slope();
  how.self_loops = options.add_self_loops();
  how.dropout = is_training() ? options.dropout() : 0.0;
  how.key = context.key;

  const at::Tensor src = lin_l->forward(x);
  const at::Tensor dst = lin_r ? lin_r->forward(x) : src;
  at::Tensor out = neighbour_gatv2(src, dst, att.squeeze(0), context, how);
  out = join_heads(out, heads, options.concat());
  if (res) {
    out = out + res->forward(x);
  }
  return bias.defined() ? out + bias : out;
}

}  // namespace isthmus::layers
