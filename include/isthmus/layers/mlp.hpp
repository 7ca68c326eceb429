#pragma once

#include <cstdint>
#include <iosfwd>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/activation.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/layers/norm.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {

/// Options of Mlp.
struct MlpOptions {
  /// Widths from input to output, at least two of them: {16, 64, 7} is two layers.
  explicit MlpOptions(std::vector<std::int64_t> channels) : channels_(std::move(channels)) {}

  TORCH_ARG(std::vector<std::int64_t>, channels);
  TORCH_ARG(Norm, norm) = Norm::kNone;
  TORCH_ARG(Activation, act) = Activation::kRelu;
  TORCH_ARG(double, dropout) = 0.0;    ///< After each activation, [0, 1).
  TORCH_ARG(bool, plain_last) = true;  ///< No norm, activation and dropout after the last layer.
  TORCH_ARG(bool, drop_last) = true;   ///< Off: no dropout after the last layer in any case.
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Linear, norm, activation, dropout, repeated: [N, channels.front()] -> [N, channels.back()].
/// Tensors as PyG's MLP: lins.i.weight, lins.i.bias, norms.i.module.* or norms.i.*.
class MlpImpl : public torch::nn::Cloneable<MlpImpl> {
 public:
  explicit MlpImpl(const MlpOptions& options);

  void reset() override;
  /// New initial values of every layer, in order.
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;

  /// Layer i drops by key.layer + i; in eval mode the key is not looked at.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const ops::DropoutKey& key = {});
  /// What follows the first product: `h` = x W_0' + b_0, [N, channels[1]]. For layers that
  /// aggregate between the product and the rest (aggregation on the narrower side).
  [[nodiscard]] at::Tensor forward_from_first(at::Tensor h, const ops::DropoutKey& key = {});

  [[nodiscard]] std::int64_t num_layers() const noexcept {
    return static_cast<std::int64_t>(options.channels().size()) - 1;
  }

  MlpOptions options;
  torch::nn::ModuleList lins{nullptr};
  torch::nn::ModuleList norms{nullptr};
};
TORCH_MODULE(Mlp);

}  // namespace isthmus::layers
