#include "isthmus/layers/message_norm.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"

namespace isthmus::layers {
namespace {

// As torch::nn::functional::normalize: shorter rows are divided by this.
constexpr double kSmallestLength = 1e-12;

}  // namespace

MessageNormImpl::MessageNormImpl(const MessageNormOptions& norm_options) : options(norm_options) {
  reset();
}

void MessageNormImpl::reset() {
  scale = register_parameter("scale", at::ones({1}), options.learn_scale());
}

void MessageNormImpl::reset_parameters() { Initializer::fill(scale, 1.0); }

void MessageNormImpl::pretty_print(std::ostream& stream) const {
  stream << "MessageNorm(learn_scale=" << (options.learn_scale() ? "true)" : "false)");
}

at::Tensor MessageNormImpl::forward(const at::Tensor& x, const at::Tensor& messages, double p) {
  TORCH_CHECK(p > 0.0, "MessageNorm: p must be > 0, got ", p);
  TORCH_CHECK(x.defined() && x.dim() == 2, "MessageNorm: x must be floating [N, C], got ",
              x.defined() ? c10::str(x.sizes()) : "an undefined tensor");
  check_shape("MessageNorm", x, -1, x.size(1));
  TORCH_CHECK(messages.defined() && messages.dim() == 2 && messages.size(0) == x.size(0),
              "MessageNorm: messages must have a row for each of x, ", x.size(0), ", got ",
              messages.defined() ? c10::str(messages.sizes()) : "an undefined tensor");
  const auto length = [p](const at::Tensor& rows) { return rows.norm(p, {1}, /*keepdim=*/true); };
  return messages / length(messages).clamp_min(kSmallestLength) * length(x) * scale;
}

}  // namespace isthmus::layers
