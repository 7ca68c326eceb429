#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/module.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/layer_norm.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/reversible.hpp"

namespace isthmus::layers {

/// Options of XgBot; the defaults are the published network.
struct XgBotOptions {
  TORCH_ARG(std::int64_t, in_channels) = 1;   ///< >= 1
  TORCH_ARG(std::int64_t, channels) = 64;     ///< D, a multiple of groups.
  TORCH_ARG(std::int64_t, num_layers) = 24;   ///< L >= 1
  TORCH_ARG(std::int64_t, groups) = 2;        ///< C >= 2
  TORCH_ARG(std::int64_t, out_channels) = 2;  ///< >= 1
  TORCH_ARG(double, dropout) = 0.2;           ///< [0, 1)
  TORCH_ARG(StreamType, stream) = StreamType::kAuto;
  TORCH_ARG(int, bits) = 20;
  TORCH_ARG(bool, verify) = false;
  TORCH_ARG(ReversibleMode, mode) = ReversibleMode::kAuto;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values and the masks.
};

/// XG-BoT, the botnet detector: Linear(in, D); L grouped reversible layers of blocks
///
///     F(u) = BatchNorm(relu(W_2 relu(W_1 (z_i + sum_{j -> i} z_j) + b_1) + b_2)),
///     z = mask * relu(LayerNorm(u))
///
/// with one mask a step for all layers; LayerNorm(D), ReLU, dropout, Linear(D, out). [N, in] ->
/// [N, out]; 107,906 parameters as published.
///
/// @par Source  Lo, Kulatilleke, Sarhan, Layeghy, Portmann: XG-BoT, Internet of Things 22, 2023
///              (arXiv:2207.09088).
/// @par Differs from the authors' notebook: evaluation uses the running statistics, which change
///      once a step and not three times.
class XgBotImpl : public torch::nn::Module {
 public:
  explicit XgBotImpl(const XgBotOptions& options = {});

  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  /// Training step that masks are drawn for. Starts at 0; not part of the state dict.
  void set_step(std::uint32_t step) noexcept { step_ = step; }
  /// @param x  [N, in]; the published input is ones.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const ConvContext& context);

  XgBotOptions options;
  Linear lin_in{nullptr};
  ReversibleStack stack{nullptr};
  LayerNorm norm{nullptr};
  Linear lin_out{nullptr};

 private:
  std::uint32_t step_ = 0;
};
TORCH_MODULE(XgBot);

}  // namespace isthmus::layers
