#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace isthmus::layers {

/// Options of GraphNorm.
struct GraphNormOptions {
  explicit GraphNormOptions(std::int64_t channels) : channels_(channels) {}

  TORCH_ARG(std::int64_t, channels);  ///< >= 0
  TORCH_ARG(double, eps) = 1e-5;      ///< > 0, added to the variance.
};

/// Normalisation of each channel over the nodes of each graph, with a learnt share of the mean.
/// For the rows of one graph:
///
///     c = x - mean(x) * mean_scale;   out = weight * c / sqrt(mean(c^2) + eps) + bias
///
/// Tensors: weight [C] (ones), bias [C] (zeros), mean_scale [C] (ones). A graph alone and inside a
/// batch gives the same rows, and training mode does not differ from evaluation.
///
/// @par Source  Cai et al.: GraphNorm, ICML 2021 (arXiv:2009.03294). As PyG's GraphNorm.
class GraphNormImpl : public torch::nn::Cloneable<GraphNormImpl> {
 public:
  explicit GraphNormImpl(std::int64_t channels) : GraphNormImpl(GraphNormOptions(channels)) {}
  explicit GraphNormImpl(const GraphNormOptions& options);

  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  /// @param x    [N, C]
  /// @param ptr  G + 1 offsets of the graphs; empty: one graph.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, std::span<const std::int64_t> ptr = {});

  GraphNormOptions options;
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor mean_scale;
};
TORCH_MODULE(GraphNorm);

}  // namespace isthmus::layers
