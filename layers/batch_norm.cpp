#include "isthmus/layers/batch_norm.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>
#include <torch/utils.h>

#include "isthmus/layers/input.hpp"
#include "isthmus/ops/batch_norm.hpp"

namespace isthmus::layers {

BatchNormStateImpl::BatchNormStateImpl(std::int64_t num_channels) : channels(num_channels) {
  reset();
}

void BatchNormStateImpl::reset() {
  weight = register_parameter("weight", at::ones({channels}));
  bias = register_parameter("bias", at::zeros({channels}));
  running_mean = register_buffer("running_mean", at::zeros({channels}));
  running_var = register_buffer("running_var", at::ones({channels}));
  num_batches_tracked = register_buffer("num_batches_tracked", at::zeros({}, at::kLong));
}

void BatchNormStateImpl::to(torch::Device device, torch::Dtype dtype, bool non_blocking) {
  Cloneable::to(device, dtype, non_blocking);
  num_batches_tracked.set_data(num_batches_tracked.to(at::kLong));
}

void BatchNormStateImpl::to(torch::Dtype dtype, bool non_blocking) {
  Cloneable::to(dtype, non_blocking);
  num_batches_tracked.set_data(num_batches_tracked.to(at::kLong));
}

BatchNormImpl::BatchNormImpl(const BatchNormOptions& norm_options) : options(norm_options) {
  TORCH_CHECK(options.channels() >= 0, "BatchNorm: channels must be >= 0, got ",
              options.channels());
  TORCH_CHECK(options.eps() > 0.0, "BatchNorm: eps must be > 0, got ", options.eps());
  TORCH_CHECK(options.momentum() >= 0.0 && options.momentum() <= 1.0,
              "BatchNorm: momentum must be in [0, 1], got ", options.momentum());
  reset();
}

void BatchNormImpl::reset() {
  module = register_module("module", BatchNormState(options.channels()));
}

void BatchNormImpl::reset_parameters() {
  const torch::NoGradGuard no_grad;
  module->weight.fill_(1.0);
  module->bias.zero_();
  module->running_mean.zero_();
  module->running_var.fill_(1.0);
  module->num_batches_tracked.zero_();
}

void BatchNormImpl::pretty_print(std::ostream& stream) const {
  stream << "BatchNorm(" << options.channels() << ")";
}

at::Tensor BatchNormImpl::forward(const at::Tensor& x) {
  check_shape("BatchNorm", x, -1, options.channels());
  const std::int64_t rows = x.size(0);
  TORCH_CHECK(
      !is_training() || rows != 1 || options.allow_single_element(),
      "BatchNorm: training needs x of more than 1 row, got 1 (allow_single_element uses the "
      "running statistics instead)");
  if (!is_training() || rows <= 1) {
    const at::Tensor scale = module->weight * at::rsqrt(module->running_var + options.eps());
    return (x - module->running_mean) * scale + module->bias;
  }

  const ops::BatchNormResult batch =
      ops::batch_norm(x, module->weight, module->bias, options.eps());
  const torch::NoGradGuard no_grad;
  const double share = options.momentum();
  const double unbiased = static_cast<double>(rows) / static_cast<double>(rows - 1);
  module->running_mean.mul_(1.0 - share).add_(batch.mean.detach(), share);
  module->running_var.mul_(1.0 - share).add_(batch.var.detach(), share * unbiased);
  module->num_batches_tracked.add_(1);
  return batch.output;
}

}  // namespace isthmus::layers
