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

void BatchNormStateImpl::reset_parameters() {
  const torch::NoGradGuard no_grad;
  weight.fill_(1.0);
  bias.zero_();
  running_mean.zero_();
  running_var.fill_(1.0);
  num_batches_tracked.zero_();
}

at::Tensor BatchNormStateImpl::normalise(std::string_view who, const at::Tensor& x,
                                         const BatchNormOptions& how) {
  check_shape(who, x, -1, channels);
  const std::int64_t rows = x.size(0);
  TORCH_CHECK(!is_training() || rows != 1 || how.allow_single_element(), who,
              ": training needs x of more than 1 row, got 1 (allow_single_element uses the running "
              "statistics instead)");
  if (!is_training() || rows <= 1) {
    const at::Tensor scale = weight * at::rsqrt(running_var + how.eps());
    return (x - running_mean) * scale + bias;
  }

  const ops::BatchNormResult batch = ops::batch_norm(x, weight, bias, how.eps());
  track(batch.mean.detach(), batch.var.detach(), rows, how.momentum());
  return batch.output;
}

void BatchNormStateImpl::track(const at::Tensor& mean, const at::Tensor& var, std::int64_t rows,
                               double momentum) {
  const torch::NoGradGuard no_grad;
  const double unbiased = static_cast<double>(rows) / static_cast<double>(rows - 1);
  running_mean.mul_(1.0 - momentum).add_(mean, momentum);
  running_var.mul_(1.0 - momentum).add_(var, momentum * unbiased);
  num_batches_tracked.add_(1);
}

void check_batch_norm(std::string_view who, const BatchNormOptions& options) {
  TORCH_CHECK(options.channels() >= 0, who, ": channels must be >= 0, got ", options.channels());
  TORCH_CHECK(options.eps() > 0.0, who, ": eps must be > 0, got ", options.eps());
  TORCH_CHECK(options.momentum() >= 0.0 && options.momentum() <= 1.0, who,
              ": momentum must be in [0, 1], got ", options.momentum());
}

BatchNormImpl::BatchNormImpl(const BatchNormOptions& norm_options) : options(norm_options) {
  check_batch_norm("BatchNorm", options);
  reset();
}

void BatchNormImpl::reset() {
  module = register_module("module", BatchNormState(options.channels()));
}

void BatchNormImpl::reset_parameters() { module->reset_parameters(); }

void BatchNormImpl::pretty_print(std::ostream& stream) const {
  stream << "BatchNorm(" << options.channels() << ")";
}

at::Tensor BatchNormImpl::forward(const at::Tensor& x) {
  return module->normalise("BatchNorm", x, options);
}

}  // namespace isthmus::layers
