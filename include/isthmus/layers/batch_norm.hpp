#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace isthmus::layers {

/// Options of BatchNorm.
struct BatchNormOptions {
  explicit BatchNormOptions(std::int64_t channels) : channels_(channels) {}

  TORCH_ARG(std::int64_t, channels);  ///< >= 0
  TORCH_ARG(double, eps) = 1e-5;      ///< > 0, added to the variance.
  TORCH_ARG(double, momentum) = 0.1;  ///< [0, 1]: share of the new batch in the running statistics.
  /// One row in training mode: off refuses it, on normalises by the running statistics, unchanged.
  TORCH_ARG(bool, allow_single_element) = false;
};

/// Affine map and running statistics, one level down as in PyG: `module.weight`, `module.bias`,
/// `module.running_mean`, `module.running_var` (unbiased), `module.num_batches_tracked`.
class BatchNormStateImpl : public torch::nn::Cloneable<BatchNormStateImpl> {
 public:
  explicit BatchNormStateImpl(std::int64_t channels);
  void reset() override;
  /// weight 1, bias 0, running mean 0, running variance 1, no batch seen.
  void reset_parameters();
  /// BatchNorm's formula on x [N, channels]; messages name `who`.
  [[nodiscard]] at::Tensor normalise(std::string_view who, const at::Tensor& x,
                                     const BatchNormOptions& how);
  /// Moves the running statistics towards those of a batch of rows > 1 rows (population variance).
  void track(const at::Tensor& mean, const at::Tensor& var, std::int64_t rows, double momentum);
  /// As torch::nn::Module::to, but the counter stays an integer.
  using torch::nn::Module::to;
  void to(torch::Device device, torch::Dtype dtype, bool non_blocking) override;
  void to(torch::Dtype dtype, bool non_blocking) override;

  std::int64_t channels;
  at::Tensor weight;
  at::Tensor bias;
  at::Tensor running_mean;
  at::Tensor running_var;
  at::Tensor num_batches_tracked;
};
TORCH_MODULE(BatchNormState);

/// Refuses options outside their ranges; messages name `who`.
void check_batch_norm(std::string_view who, const BatchNormOptions& options);

/// y = (x - mean) / sqrt(var + eps) * weight + bias per channel; x [N, C]. Training mode:
/// statistics of the N rows (population variance), and the running ones move towards them; eval
/// mode: running ones. N = 0 in training mode leaves the running statistics alone.
///
/// @par Source  Ioffe, Szegedy: Batch Normalization, ICML 2015 (arXiv:1502.03167). As PyG's
/// BatchNorm.
class BatchNormImpl : public torch::nn::Cloneable<BatchNormImpl> {
 public:
  explicit BatchNormImpl(std::int64_t channels) : BatchNormImpl(BatchNormOptions(channels)) {}
  explicit BatchNormImpl(const BatchNormOptions& options);

  void reset() override;
  /// weight 1, bias 0, running mean 0, running variance 1, no batch seen.
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  [[nodiscard]] at::Tensor forward(const at::Tensor& x);

  BatchNormOptions options;
  BatchNormState module{nullptr};
};
TORCH_MODULE(BatchNorm);

}  // namespace isthmus::layers
