#include "isthmus/layers/xg_bot.hpp"

#include <ostream>

#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/norm.hpp"
#include "isthmus/layers/reversible_conv.hpp"

#include "check_graph.hpp"

namespace isthmus::layers {
namespace {

// Named dropout stream of the mask before the last Linear.
constexpr std::uint32_t kFinalMask = 0xB0000001U;

}  // namespace

XgBotImpl::XgBotImpl(const XgBotOptions& bot_options) : options(bot_options) {
  const XgBotOptions& o = options;
  lin_in = register_module("lin_in", Linear(o.in_channels(), o.channels()));
  const std::int64_t width = o.groups() > 0 ? o.channels() / o.groups() : 0;
  const auto block = [width](std::int64_t, std::int64_t) {
    const ReversibleConvOptions how =
        ReversibleConvOptions(width).relu_after(true).norm_after(true);
    const GinConvOptions gin = GinConvOptions(width, width).hidden_channels(width);
    return ReversibleConv(how, GinConv(gin).ptr()).ptr();
  };
  stack = register_module("stack", ReversibleStack(ReversibleOptions(o.channels(), o.num_layers())
                                                       .groups(o.groups())
                                                       .stream(o.stream())
                                                       .bits(o.bits())
                                                       .verify(o.verify())
                                                       .mode(o.mode())
                                                       .dropout(o.dropout()),
                                                   block));
  norm = register_module("norm", LayerNorm(o.channels()));
  lin_out = register_module("lin_out", Linear(o.channels(), o.out_channels()));
  reset_parameters();
}

void XgBotImpl::reset_parameters() {
  Initializer init(options.seed());
  lin_in->reset_parameters(init);
  stack->reset_parameters(init);
  norm->reset_parameters();
  lin_out->reset_parameters(init);
}

void XgBotImpl::pretty_print(std::ostream& stream) const {
  stream << "XgBot(" << options.in_channels() << " -> " << options.num_layers() << " x "
         << options.channels() << " -> " << options.out_channels() << ")";
}

at::Tensor XgBotImpl::forward(const at::Tensor& x, const ConvContext& context) {
  check_graph("XgBot", x, context.graph, options.in_channels());
  ConvContext inner = context;
  inner.key.seed = options.seed();
  inner.key.layer = 0;
  inner.key.step = step_;
  const auto ids = context.graph.original_ids();  // keeps what the key points at
  if (ids != nullptr) {
    inner.key.rows = *ids;
  }
  const at::Tensor h = stack->forward(lin_in->forward(x), inner);
  ops::DropoutKey mask = inner.key;
  mask.layer = kFinalMask;
  return lin_out->forward(
      apply_norm(*norm, h, {Activation::kRelu, is_training() ? options.dropout() : 0.0, mask}));
}

}  // namespace isthmus::layers
