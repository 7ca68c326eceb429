#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {

/// Options of DiffGroupNorm.
struct DiffGroupNormOptions {
  DiffGroupNormOptions(std::int64_t channels, std::int64_t groups)
      : channels_(channels), groups_(groups) {}

  TORCH_ARG(std::int64_t, channels);  ///< >= 0
  TORCH_ARG(std::int64_t, groups);    ///< Groups that nodes are softly put into, >= 1.
  TORCH_ARG(double, lamda) = 0.01;    ///< PyG's spelling: share of the normalised part.
  TORCH_ARG(double, eps) = 1e-5;      ///< > 0, of the batch norm.
  TORCH_ARG(double, momentum) = 0.1;  ///< [0, 1], of the batch norm.
  /// One row in training mode: off refuses it, on normalises by the running statistics, unchanged.
  TORCH_ARG(bool, allow_single_element) = false;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Normalisation within groups of nodes that are learnt, against oversmoothing. [N, C] -> [N, C]:
///
///     s = softmax(x W');   out = x + lamda * sum over groups g of BatchNorm_g(s_g x)
///
/// The batch norm works on the G C columns side by side, over all rows of the batch. Tensors:
/// lin.weight [G, C], norm.weight, norm.bias, norm.running_mean, norm.running_var [G C],
/// norm.num_batches_tracked. Memory: N G C numbers.
///
/// @par Source  Zhou et al.: Towards Deeper Graph Neural Networks with Differentiable Group
///              Normalization, NeurIPS 2020 (arXiv:2006.06972). As PyG's DiffGroupNorm.
class DiffGroupNormImpl : public torch::nn::Cloneable<DiffGroupNormImpl> {
 public:
  DiffGroupNormImpl(std::int64_t channels, std::int64_t groups)
      : DiffGroupNormImpl(DiffGroupNormOptions(channels, groups)) {}
  explicit DiffGroupNormImpl(const DiffGroupNormOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;
  [[nodiscard]] at::Tensor forward(const at::Tensor& x);

  DiffGroupNormOptions options;
  Linear lin{nullptr};
  BatchNormState norm{nullptr};
};
TORCH_MODULE(DiffGroupNorm);

}  // namespace isthmus::layers
