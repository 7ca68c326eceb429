#include "isthmus/layers/layer_norm.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/ops/batch_norm.hpp"
#include "isthmus/ops/readout.hpp"

namespace isthmus::layers {
namespace {

/// Numbers (nodes times channels) per graph [G, 1], at least 1 so that empty graphs divide by no
/// zero.
at::Tensor sizes_of(std::span<const std::int64_t> ptr, std::int64_t channels,
                    const at::TensorOptions& like) {
  const auto graphs = static_cast<std::int64_t>(ptr.size()) - 1;
  const at::Tensor sizes = at::empty({graphs, 1}, at::kDouble);
  double* data = sizes.data_ptr<double>();
  for (std::size_t g = 0; g + 1 < ptr.size(); ++g) {
    data[g] = static_cast<double>(std::max<std::int64_t>(1, (ptr[g + 1] - ptr[g]) * channels));
  }
  return sizes.to(like);
}

/// x / sd over each graph of ptr; sums run in the fixed order of ops::readout.
at::Tensor normalise_graphs(const at::Tensor& x, std::span<const std::int64_t> ptr, double eps,
                            bool eps_outside) {
  const at::Tensor count = sizes_of(ptr, x.size(1), x.options());
  const auto mean_of = [&](const at::Tensor& values) {
    return ops::readout(values, ptr, ops::Reduce::kSum).sum(1, /*keepdim=*/true) / count;
  };
  const at::Tensor centred = x - ops::spread(mean_of(x), ptr);
  const at::Tensor var = mean_of(centred * centred);
  const at::Tensor deviation = eps_outside ? at::sqrt(var) + eps : at::sqrt(var + eps);
  return centred / ops::spread(deviation, ptr);
}

}  // namespace

LayerNormImpl::LayerNormImpl(const LayerNormOptions& norm_options) : options(norm_options) {
  TORCH_CHECK(options.channels() >= 0, "LayerNorm: channels must be >= 0, got ",
              options.channels());
  TORCH_CHECK(options.eps() > 0.0, "LayerNorm: eps must be > 0, got ", options.eps());
  reset();
}

void LayerNormImpl::reset() {
  weight = register_parameter("weight", at::ones({options.channels()}));
  bias = register_parameter("bias", at::zeros({options.channels()}));
}

void LayerNormImpl::reset_parameters() {
  Initializer::fill(weight, 1.0);
  Initializer::fill(bias, 0.0);
}

void LayerNormImpl::pretty_print(std::ostream& stream) const {
  stream << "LayerNorm(" << options.channels()
         << (options.mode() == LayerNormMode::kNode ? ", mode=node)" : ", mode=graph)");
}

at::Tensor LayerNormImpl::forward(const at::Tensor& x, std::span<const std::int64_t> ptr) {
  check_shape("LayerNorm", x, -1, options.channels());
  if (options.mode() == LayerNormMode::kNode) {
    return ops::layer_norm(x, weight, bias, options.eps());
  }
  if (!ptr.empty()) {
    return normalise_graphs(x, ptr, options.eps(), /*eps_outside=*/false) * weight + bias;
  }
  const std::array<std::int64_t, 2> whole{0, x.size(0)};
  return normalise_graphs(x, whole, options.eps(), /*eps_outside=*/true) * weight + bias;
}

}  // namespace isthmus::layers
