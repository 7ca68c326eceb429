#pragma once

#include <cstdint>
#include <iosfwd>
#include <memory>
#include <optional>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {

/// Options of ResidualBlock.
struct ResidualBlockOptions {
  ResidualBlockOptions(LayerType propagate, std::int64_t channels)
      : propagate_(propagate), channels_(channels) {}

  TORCH_ARG(LayerType, propagate);             ///< kGcn, kSage, kGin or kLinear.
  TORCH_ARG(std::int64_t, channels);           ///< >= 1
  TORCH_ARG(std::optional<ops::Reduce>, agg);  ///< As GnnOptions::agg.
  TORCH_ARG(Norm, norm) = Norm::kLayer;
  TORCH_ARG(Activation, act) = Activation::kGelu;
  TORCH_ARG(double, dropout) = 0.0;    ///< After both Linear layers, [0, 1).
  TORCH_ARG(bool, train_eps) = false;  ///< kGin only.
  TORCH_ARG(std::int64_t, heads) = 1;  ///< kGat only: >= 1, a divisor of channels.
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Pre-norm residual block: x + dropout(lin_2(dropout(act(lin_1(propagate(norm(x))))))). [N, C] ->
/// [N, C].
///
///     propagate:  kLinear  u                      kGcn  S u (GcnConv's S, self-loops added)
///                 kSage    [u, mean of u_j], 2C   kGin  (1 + eps) u + sum of u_j
///                 kGat     per head sum of p_ij h_j, h = lin_in(u), self-loops added, p = softmax
///                 over
///                          arcs into i of leaky_relu(attn_src(h)_j + attn_dst(h)_i), slope 0.2
///
/// Apart from kGat's, propagation has no weights of its own; the two Linear layers mix channels.
/// Tensors: norm.*, lin_1.*, lin_2.*, for kGin eps [1], for kGat lin_in.* [C, C], attn_src.* [H,
/// C], attn_dst.weight [H, C]. Other layer types are refused.
///
/// @par Source  Platonov et al.: A Critical Look at the Evaluation of GNNs under Heterophily, ICLR
///              2023 (arXiv:2302.11640).
/// @par Differs from the authors' code: dropout comes after the activation instead of before it.
class ResidualBlockImpl : public torch::nn::Cloneable<ResidualBlockImpl> {
 public:
  explicit ResidualBlockImpl(const ResidualBlockOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;
  /// Drops by key.layer and key.layer + 1. @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Graph& graph,
                                   const ops::DropoutKey& key = {});
  /// Drops by the key of the context; its graph may be a sample. [N, C] -> [N, C].
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const ConvContext& context);

  ResidualBlockOptions options;
  std::shared_ptr<torch::nn::Module> norm;  ///< Null for Norm::kNone.
  Linear lin_1{nullptr};
  Linear lin_2{nullptr};
  at::Tensor eps;          ///< kGin only.
  Linear lin_in{nullptr};  ///< kGat only, as the next two.
  Linear attn_src{nullptr};
  Linear attn_dst{nullptr};

 private:
  [[nodiscard]] at::Tensor attend(const at::Tensor& u, const ConvContext& context);
  [[nodiscard]] at::Tensor propagated(const at::Tensor& u, const ConvContext& context);
};
TORCH_MODULE(ResidualBlock);

}  // namespace isthmus::layers
