#include "isthmus/layers/initializer.hpp"

#include <cmath>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>
#include <torch/utils.h>

#include "isthmus/core/philox.hpp"

namespace isthmus::layers {
namespace {

// "INIT". Dropout draws at (row, column / 4, layer, step) from the same key: no run takes that many
// steps, so its counters and ours never meet.
constexpr std::uint32_t kInitStream = 0x494E4954U;

}  // namespace

void Initializer::uniform(const at::Tensor& parameter, double bound) {
  TORCH_CHECK(bound >= 0.0, "Initializer::uniform: bound must be >= 0, got ", bound);
  RandomStream stream(seed_, kInitStream, drawn_);
  ++drawn_;
  const at::Tensor values = at::empty(parameter.sizes(), at::kDouble);
  double* data = values.data_ptr<double>();
  for (std::int64_t i = 0; i < values.numel(); ++i) {
    data[i] = bound * (2.0 * stream.uniform() - 1.0);
  }
  const torch::NoGradGuard no_grad;
  parameter.copy_(values);
}

void Initializer::kaiming_uniform(const at::Tensor& parameter, std::int64_t fan_in) {
  uniform(parameter, fan_in > 0 ? 1.0 / std::sqrt(static_cast<double>(fan_in)) : 0.0);
}

void Initializer::glorot(const at::Tensor& weight) {
  TORCH_CHECK(weight.dim() == 2, "Initializer::glorot: weight must be [out, in], got ",
              weight.sizes());
  const std::int64_t sides = weight.size(0) + weight.size(1);
  uniform(weight, sides > 0 ? std::sqrt(6.0 / static_cast<double>(sides)) : 0.0);
}

void Initializer::fill(const at::Tensor& parameter, double value) {
  const torch::NoGradGuard no_grad;
  parameter.fill_(value);
}

}  // namespace isthmus::layers
