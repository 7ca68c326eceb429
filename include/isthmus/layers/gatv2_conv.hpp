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

/// Options of Gatv2Conv.
struct Gatv2ConvOptions {
  Gatv2ConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);  ///< D of each head, >= 1
  TORCH_ARG(std::int64_t, heads) = 1;     ///< H >= 1
  /// Heads side by side, H D columns; off: their mean, D columns.
  TORCH_ARG(bool, concat) = true;
  TORCH_ARG(double, negative_slope) = 0.2;
  TORCH_ARG(double, dropout) = 0.0;  ///< Of the attention weights in training, [0, 1).
  /// Count every node as its own neighbour, once: loops of the graph are replaced, not doubled.
  TORCH_ARG(bool, add_self_loops) = true;
  TORCH_ARG(bool, bias) = true;            ///< Of the result and of both projections.
  TORCH_ARG(bool, share_weights) = false;  ///< W_l = W_r; only lin_l is then registered.
  TORCH_ARG(bool, residual) = false;       ///< Add W_res x_i.
  TORCH_ARG(std::uint64_t, seed) = 0;      ///< Of the initial values.
};

/// Attention whose ranking of neighbours depends on who asks: out_i = sum over arcs j -> i of p_ij
/// W_l x_j + b per head, where p is the softmax over the arcs into i of att . leaky_relu(W_l x_j +
/// W_r x_i). [N, in] -> [N, H D].
///
/// Tensors: att [1, H, D] (Glorot), bias (zeros), lin_l and lin_r: weight [H D, in] (Glorot), bias
/// [H D]; with residual res.weight. A node without arcs gets b.
///
/// @par Source  Brody, Alon, Yahav: How Attentive are Graph Attention Networks?, ICLR 2022
///              (arXiv:2105.14491). Defaults as PyG's GATv2Conv; features of edges (its edge_dim)
///              are not looked at.
class Gatv2ConvImpl : public torch::nn::Cloneable<Gatv2ConvImpl>, public Conv {
 public:
  Gatv2ConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : Gatv2ConvImpl(Gatv2ConvOptions(in_channels, out_channels)) {}
  explicit Gatv2ConvImpl(const Gatv2ConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite. @param key  Of dropout; not looked at in eval mode.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph,
                                   const ops::DropoutKey& key = {});
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GATv2Conv"; }

  Gatv2ConvOptions options;
  at::Tensor att;
  at::Tensor bias;  ///< Undefined without bias.
  Linear lin_l{nullptr};
  Linear lin_r{nullptr};  ///< Null with share_weights.
  Linear res{nullptr};    ///< Null without residual.
};
TORCH_MODULE(Gatv2Conv);

}  // namespace isthmus::layers
