#pragma once

#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

namespace isthmus::layers {

/// Options of MessageNorm.
struct MessageNormOptions {
  TORCH_ARG(bool, learn_scale) = false;  ///< scale is learnt; off: it stays 1.
};

/// Gives the aggregated messages the length of the node that receives them, times a scale:
///
///     out_i = scale * |x_i|_p * m_i / max(|m_i|_p, 1e-12)
///
/// x [N, C], messages [N, D]. Tensor: scale [1], a parameter that asks for no gradient unless
/// learn_scale, as in PyG.
///
/// @par Source  Li et al.: DeeperGCN (arXiv:2006.07739). As PyG's MessageNorm.
class MessageNormImpl : public torch::nn::Cloneable<MessageNormImpl> {
 public:
  explicit MessageNormImpl(const MessageNormOptions& options = {});

  void reset() override;
  void reset_parameters();
  void pretty_print(std::ostream& stream) const override;
  /// @param x         [N, C], the nodes.
  /// @param messages  [N, D], what they received; D may differ from C.
  /// @param p         Order of the norm, > 0.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const at::Tensor& messages, double p = 2.0);

  MessageNormOptions options;
  at::Tensor scale;
};
TORCH_MODULE(MessageNorm);

}  // namespace isthmus::layers
