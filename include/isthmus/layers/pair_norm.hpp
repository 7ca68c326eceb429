#pragma once

#include <cstdint>
#include <iosfwd>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace isthmus::layers {

/// Options of PairNorm.
struct PairNormOptions {
  TORCH_ARG(double, scale) = 1.0;  ///< Length of the rows, > 0.
  /// Every row gets that length by itself (the paper's PN-SI); off: their mean square over a graph.
  TORCH_ARG(bool, scale_individually) = false;
  TORCH_ARG(double, eps) = 1e-5;  ///< > 0
};

/// Keeps the total distance of the nodes of a graph constant, against oversmoothing. For the rows
/// of one graph, with c = x - mean(x):
///
///     scale * c / sqrt(eps + mean of |c_i|^2)      or, individually,  scale * c_i / (eps + |c_i|)
///
/// Without tensors; [N, C] -> [N, C] for any C. A graph alone and inside a batch gives the same
/// rows.
///
/// @par Source  Zhao, Akoglu: PairNorm, ICLR 2020 (arXiv:1909.12223). As PyG's PairNorm.
class PairNormImpl : public torch::nn::Cloneable<PairNormImpl> {
 public:
  explicit PairNormImpl(const PairNormOptions& options = {});

  void reset() override {}
  void pretty_print(std::ostream& stream) const override;
  /// @param x    [N, C]
  /// @param ptr  G + 1 offsets of the graphs; empty: one graph.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, std::span<const std::int64_t> ptr = {});

  PairNormOptions options;
};
TORCH_MODULE(PairNorm);

}  // namespace isthmus::layers
