#pragma once

#include <array>
#include <cstdint>
#include <iosfwd>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {

/// A bidirectional LSTM of one layer over short sequences: [N, L, C] -> [N, L, 2 H], the sequence
/// being the middle dimension. Tensors: weight_ih_l0 [4 H, C], weight_hh_l0 [4 H, H], bias_ih_l0,
/// bias_hh_l0 [4 H], and the same with _reverse; initial values U(-b, b), b = 1 / sqrt(H). Names
/// and values as torch::nn::LSTM, but drawn from our own streams.
class BidirectionalLstmImpl : public torch::nn::Cloneable<BidirectionalLstmImpl> {
 public:
  BidirectionalLstmImpl(std::int64_t channels, std::int64_t hidden_channels);

  void reset() override;
  void reset_parameters(Initializer& init);
  [[nodiscard]] at::Tensor forward(const at::Tensor& x);

  std::int64_t channels;
  std::int64_t hidden_channels;
  std::array<at::Tensor, 8> weights;  ///< In the order above.
};
TORCH_MODULE(BidirectionalLstm);

/// Options of Jump.
struct JumpOptions {
  JumpOptions(JumpingKnowledge mode, std::int64_t channels, std::int64_t num_layers)
      : mode_(mode), channels_(channels), num_layers_(num_layers) {}

  TORCH_ARG(JumpingKnowledge, mode);    ///< kCat, kMax or kLstm.
  TORCH_ARG(std::int64_t, channels);    ///< Of each layer, >= 1.
  TORCH_ARG(std::int64_t, num_layers);  ///< >= 1; kLstm: channels * num_layers >= 2.
  TORCH_ARG(std::uint64_t, seed) = 0;   ///< Of the initial values.
};

/// Jumping knowledge: one representation of a node from those of all layers, L times [N, C].
///
///     kCat   [h_1, ..., h_L], [N, L C]
///     kMax   elementwise maximum, [N, C]
///     kLstm  sum_l a_l h_l, [N, C]; a = softmax over l of a Linear on a bidirectional LSTM's state
///            (L C / 2 channels each way) at layer l
///
/// Tensors of kLstm: lstm.*, att.weight [1, 2 H], att.bias [1]; the others have none.
///
/// @par Source  Xu et al.: Representation Learning on Graphs with Jumping Knowledge Networks, ICML
///              2018 (arXiv:1806.03536). As PyG's JumpingKnowledge.
class JumpImpl : public torch::nn::Cloneable<JumpImpl> {
 public:
  explicit JumpImpl(const JumpOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;
  /// @param layers  num_layers matrices [N, channels], first layer first.
  [[nodiscard]] at::Tensor forward(const std::vector<at::Tensor>& layers);
  /// Width of what forward() returns.
  [[nodiscard]] std::int64_t out_channels() const;

  JumpOptions options;
  BidirectionalLstm lstm{nullptr};  ///< kLstm only.
  Linear att{nullptr};              ///< kLstm only.
};
TORCH_MODULE(Jump);

}  // namespace isthmus::layers
