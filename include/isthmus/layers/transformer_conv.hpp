#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {

/// Options of TransformerConv.
struct TransformerConvOptions {
  TransformerConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);  ///< D of each head, >= 1
  TORCH_ARG(std::int64_t, heads) = 1;     ///< H >= 1
  /// Heads side by side, H D columns; off: their mean, D columns.
  TORCH_ARG(bool, concat) = true;
  /// Mix neighbours and root term by a learnt gate instead of adding them; needs root_weight.
  TORCH_ARG(bool, beta) = false;
  TORCH_ARG(double, dropout) = 0.0;     ///< Of the attention weights in training, [0, 1).
  TORCH_ARG(bool, bias) = true;         ///< Of the root term.
  TORCH_ARG(bool, root_weight) = true;  ///< The term W_skip x_i.
  TORCH_ARG(std::uint64_t, seed) = 0;   ///< Of the initial values.
};

/// Dot-product attention over the neighbours: m_i = sum over arcs j -> i of p_ij W_value x_j per
/// head, where p is the softmax over the arcs into i of (W_query x_i) . (W_key x_j) / sqrt(D); then
/// out_i = m_i + r_i, r_i = W_skip x_i, or with beta b_i r_i + (1 - b_i) m_i, b_i =
/// sigmoid(w . [m_i, r_i, m_i - r_i]). [N, in] -> [N, H D].
///
/// Tensors: lin_key, lin_query, lin_value: weight [H D, in], bias [H D]; lin_skip the same for the
/// width of the result; lin_beta.weight; initial values as torch::nn::Linear. A node without arcs
/// gets m_i = 0.
///
/// @par Source  Shi et al.: Masked Label Prediction, IJCAI 2021 (arXiv:2009.03509). Defaults as
/// PyG's
///              TransformerConv; features of edges (its edge_dim) are not looked at.
class TransformerConvImpl : public torch::nn::Cloneable<TransformerConvImpl>, public Conv {
 public:
  TransformerConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : TransformerConvImpl(TransformerConvOptions(in_channels, out_channels)) {}
  explicit TransformerConvImpl(const TransformerConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite. @param key  Of dropout; not looked at in eval mode.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph,
                                   const ops::DropoutKey& key = {});
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "TransformerConv"; }

  TransformerConvOptions options;
  Linear lin_key{nullptr};
  Linear lin_query{nullptr};
  Linear lin_value{nullptr};
  Linear lin_skip{nullptr};  ///< Null without root_weight.
  Linear lin_beta{nullptr};  ///< Null without beta.
};
TORCH_MODULE(TransformerConv);

}  // namespace isthmus::layers
