#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/activation.hpp"
#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/norm.hpp"
#include "isthmus/layers/reversible.hpp"

namespace isthmus::layers {

/// Options of ReversibleConv.
struct ReversibleConvOptions {
  explicit ReversibleConvOptions(std::int64_t channels) : channels_(channels) {}

  TORCH_ARG(std::int64_t, channels);     ///< d >= 1, in and out of the convolution.
  TORCH_ARG(Norm, norm) = Norm::kLayer;  ///< kNone, kLayer or kBatch.
  TORCH_ARG(Activation, act) = Activation::kRelu;
  TORCH_ARG(bool, relu_after) = false;  ///< max(0, .) of what the convolution gives.
  TORCH_ARG(bool, norm_after) = false;  ///< BatchNorm at the end: the output is bounded.
};

/// The inner block of reversible networks around any message-passing layer:
///
///     F(u) = [BatchNorm]([relu](conv(mask * act(norm(u)))))     [N, d] -> [N, d]
///
/// With a LayerNorm and ReLU, norm, act and mask take one pass. With a GinConv between them and
/// relu_after the whole block is one op (ops/gin_block.hpp), unless BatchNorm takes the running
/// statistics. Tensors: norm.*, conv.*, norm_after.*.
///
/// @par Source  Li et al., ICML 2021 (arXiv:2106.07476); Lo et al.: XG-BoT (arXiv:2207.09088).
class ReversibleConvImpl : public torch::nn::Module, public ReversibleBlock {
 public:
  /// @param conv  A module that is a Conv, [N, d] -> [N, d]. @throws c10::Error  otherwise.
  ReversibleConvImpl(const ReversibleConvOptions& options, std::shared_ptr<torch::nn::Module> conv);

  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  [[nodiscard]] at::Tensor forward_block(const at::Tensor& u, const BlockContext& context) override;
  [[nodiscard]] std::optional<ops::GinBlock> as_gin_block(
      const BlockContext& context) const override;
  void track(const ops::BatchMoments& moments, std::int64_t rows) override;
  [[nodiscard]] bool has_bounded_output() const noexcept override { return options.norm_after(); }

  ReversibleConvOptions options;
  std::shared_ptr<torch::nn::Module> norm;  ///< Null for Norm::kNone.
  std::shared_ptr<torch::nn::Module> conv;
  BatchNorm norm_after{nullptr};
};
TORCH_MODULE(ReversibleConv);

}  // namespace isthmus::layers
