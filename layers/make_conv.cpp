#include "make_conv.hpp"

#include <c10/util/Exception.h>

#include "isthmus/layers/gat_conv.hpp"
#include "isthmus/layers/gatv2_conv.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/sage_conv.hpp"
#include "isthmus/layers/transformer_conv.hpp"

namespace isthmus::layers {
namespace {

/// An attention layer of `out` columns in all. The plain last layer of a stack takes the mean of
/// its heads, the others put them side by side if the options say so.
template <typename Conv, typename ConvOptions>
std::shared_ptr<torch::nn::Module> attention_conv(const GnnOptions& options, std::int64_t in,
                                                  std::int64_t out, bool plain) {
  const std::int64_t heads = plain ? options.heads_last : options.heads;
  const bool concat = options.concat && !plain;
  return Conv(ConvOptions(in, concat ? out / heads : out)
                  .heads(heads)
                  .concat(concat)
                  .dropout(options.attn_dropout))
      .ptr();
}

}  // namespace

std::shared_ptr<torch::nn::Module> make_conv(const GnnOptions& options, std::int64_t in,
                                             std::int64_t out, std::int64_t index) {
  const bool plain = is_plain_conv(options, index);
  switch (options.layer_type) {
    case LayerType::kGcn:
      return GcnConv(in, out).ptr();
    case LayerType::kSage:
      return SageConv(SageConvOptions(in, out).agg(options.agg.value_or(ops::Reduce::kMean))).ptr();
    case LayerType::kGin:
      return GinConv(GinConvOptions(in, out)
                         .hidden_channels(options.dim_inner)
                         .norm(options.norm)
                         .act(options.act)
                         .agg(options.agg.value_or(ops::Reduce::kSum))
                         .train_eps(options.gin_train_eps))
          .ptr();
    case LayerType::kLinear:
      return Linear(in, out).ptr();
    case LayerType::kGat:
      return attention_conv<GatConv, GatConvOptions>(options, in, out, plain);
    case LayerType::kGatv2:
      return attention_conv<Gatv2Conv, Gatv2ConvOptions>(options, in, out, plain);
    case LayerType::kTransformer:
      return attention_conv<TransformerConv, TransformerConvOptions>(options, in, out, plain);
  }
  TORCH_CHECK(false, "Gnn: layer_type must be a named one, got ",
              static_cast<int>(options.layer_type));
}

bool is_plain_conv(const GnnOptions& options, std::int64_t index) {
  return options.layers_post_mp == 0 && options.jk == JumpingKnowledge::kNone &&
         index + 1 == options.layers_mp;
}

Conv& as_conv(torch::nn::Module& module) {
  auto* conv = dynamic_cast<Conv*>(&module);
  TORCH_CHECK(conv != nullptr, "Gnn: a message-passing layer must be a Conv, got ", module.name());
  return *conv;
}

}  // namespace isthmus::layers
