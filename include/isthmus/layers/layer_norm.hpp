#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace isthmus::layers {

/// Over what LayerNorm takes mean and variance.
enum class LayerNormMode : std::uint8_t {
  kNode,   ///< the C channels of each node: torch::nn::LayerNorm
  kGraph,  ///< all nodes and channels of a graph: PyG's default
};

/// Options of LayerNorm.
struct LayerNormOptions {
  explicit LayerNormOptions(std::int64_t channels) : channels_(channels) {}

  TORCH_ARG(std::int64_t, channels);  ///< >= 0
  TORCH_ARG(LayerNormMode, mode) = LayerNormMode::kNode;
  TORCH_ARG(double, eps) = 1e-5;  ///< > 0
};

/// Layer normalisation with affine map. Tensors: weight [C] (ones), bias [C] (zeros).
///
///     kNode:            (x - mean) / sqrt(var + eps) * weight + bias
///     kGraph, ptr:      the same with mean and variance over rows ptr[g] .. ptr[g+1) and all
///     channels kGraph, no ptr:   (x - mean) / (sqrt(var) + eps) * weight + bias over the whole of
///     x
///
/// The third line divides differently because PyG does; gradients at var = 0 are undefined there.
///
/// @par Source  Ba, Kiros, Hinton: Layer Normalization (arXiv:1607.06450). As PyG's LayerNorm,
/// whose
///              default mode is `graph`; ours is kNode.
class LayerNormImpl : public torch::nn::Cloneable<LayerNormImpl> {
 public:
  explicit LayerNormImpl(std::int64_t channels) : LayerNormImpl(LayerNormOptions(channels)) {}
  explicit LayerNormImpl(const LayerNormOptions& options);

  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  /// @param x    [N, C]
  /// @param ptr  G + 1 offsets, used by kGraph only; empty: one graph.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, std::span<const std::int64_t> ptr = {});

  LayerNormOptions options;
  at::Tensor weight;
  at::Tensor bias;
};
TORCH_MODULE(LayerNorm);

}  // namespace isthmus::layers
