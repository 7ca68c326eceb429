#include "isthmus/layers/transformer_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "attention_heads.hpp"
#include "check_graph.hpp"
#include "neighbour_attention.hpp"

namespace isthmus::layers {

TransformerConvImpl::TransformerConvImpl(const TransformerConvOptions& conv_options)
    : options(conv_options) {
  check_heads("TransformerConv", options.heads(), options.out_channels(), options.dropout());
  TORCH_CHECK(!options.beta() || options.root_weight(),
              "TransformerConv: beta must be false without root_weight, got true");
  reset();
}

void TransformerConvImpl::reset() {
  const std::int64_t in = options.in_channels();
  const std::int64_t width = options.heads() * options.out_channels();
  const std::int64_t columns =
      head_columns(options.heads(), options.out_channels(), options.concat());
  lin_key = register_module("lin_key", Linear(in, width));
  lin_query = register_module("lin_query", Linear(in, width));
  lin_value = register_module("lin_value", Linear(in, width));
  lin_skip =
      options.root_weight()
          ? register_module("lin_skip", Linear(LinearOptions(in, columns).bias(options.bias())))
          : nullptr;
  lin_beta = options.beta()
                 ? register_module("lin_beta", Linear(LinearOptions(3 * columns, 1).bias(false)))
                 : nullptr;
  Initializer init(options.seed());
  reset_parameters(init);
}

void TransformerConvImpl::reset_parameters(Initializer& init) {
  for (const Linear& lin : {lin_key, lin_query, lin_value, lin_skip, lin_beta}) {
    if (lin) {
      lin.ptr()->reset_parameters(init);
    }
  }
}

void TransformerConvImpl::pretty_print(std::ostream& stream) const {
  stream << "TransformerConv(" << options.in_channels() << ", " << options.out_channels()
         << ", heads=" << options.heads() << ")";
}

at::Tensor TransformerConvImpl::forward(const NodeInput& x, const Graph& graph,
                                        const ops::DropoutKey& key) {
  ConvContext context(graph);
  context.key = key;
  return propagate(x, context);
}

at::Tensor TransformerConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  check_graph("TransformerConv", x, context.graph, options.in_channels());
  ops::AttentionOptions how;
  how.dropout = is_training() ? options.dropout() : 0.0;
  how.key = context.key;
  const at::Tensor heard = join_heads(neighbour_dot({lin_query->forward(x), lin_key->forward(x),
                                                     lin_value->forward(x), options.heads()},
                                                    context, how),
                                      options.heads(), options.concat());
  if (!lin_skip) {
    return heard;
  }
  const at::Tensor root = lin_skip->forward(x);
  if (!lin_beta) {
    return heard + root;
  }
  const at::Tensor gate = at::sigmoid(lin_beta->forward(at::cat({heard, root, heard - root}, 1)));
  return gate * root + (1.0 - gate) * heard;
}

}  // namespace isthmus::layers
