#include "isthmus/layers/reversible_conv.hpp"

#include <ostream>
#include <utility>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "make_conv.hpp"

namespace isthmus::layers {

ReversibleConvImpl::ReversibleConvImpl(const ReversibleConvOptions& conv_options,
                                       std::shared_ptr<torch::nn::Module> convolution)
    : options(conv_options), conv(std::move(convolution)) {
  TORCH_CHECK(options.channels() >= 1, "ReversibleConv: channels must be >= 1, got ",
              options.channels());
  TORCH_CHECK(options.norm() == Norm::kNone || options.norm() == Norm::kLayer ||
                  options.norm() == Norm::kBatch,
              "ReversibleConv: norm must be none, layer or batch, got ", name_of(options.norm()));
  TORCH_CHECK(conv != nullptr && dynamic_cast<Conv*>(conv.get()) != nullptr,
              "ReversibleConv: conv must be a Conv, got ",
              conv == nullptr ? std::string("none") : conv->name());
  norm = make_norm(options.norm(), options.channels());
  if (norm) {
    register_module("norm", norm);
  }
  register_module("conv", conv);
  if (options.norm_after()) {
    norm_after = register_module(
        "norm_after", BatchNorm(BatchNormOptions(options.channels()).allow_single_element(true)));
  }
}

void ReversibleConvImpl::reset_parameters(Initializer& init) {
  if (norm) {
    reset_norm(*norm, init);
  }
  as_conv(*conv).reset_parameters(init);
  if (norm_after) {
    norm_after->reset_parameters();
  }
}

void ReversibleConvImpl::pretty_print(std::ostream& stream) const {
  stream << "ReversibleConv(" << as_conv(*conv).type_name() << ", " << options.channels() << ")";
}

at::Tensor ReversibleConvImpl::forward_block(const at::Tensor& u, const BlockContext& context) {
  const AfterNorm after{options.act(), context.dropout, context.mask};
  at::Tensor z;
  if (norm) {
    z = apply_norm(*norm, u, after);
  } else {
    z = activate(u, after.act);
    z = after.dropout > 0.0 ? ops::dropout(z, after.dropout, after.key) : z;
  }
  Conv& propagate = as_conv(*conv);
  ConvContext inner = context.conv;
  inner.relu = options.relu_after() && propagate.applies_relu();
  at::Tensor out = propagate.propagate(z, inner);
  if (options.relu_after() && !inner.relu) {
    out = at::relu(out);
  }
  return norm_after ? norm_after->forward(out) : out;
}

}  // namespace isthmus::layers
