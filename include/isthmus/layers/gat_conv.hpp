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

/// Options of GatConv.
struct GatConvOptions {
  GatConvOptions(std::int64_t in_channels, std::int64_t out_channels)
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
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(bool, residual) = false;   ///< Add W_res x_i.
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Graph attention: out_i = sum over arcs j -> i of p_ij W x_j + b per head, where p is the softmax
/// over the arcs into i of leaky_relu(att_src . W x_j + att_dst . W x_i). [N, in] -> [N, H D].
///
/// Tensors: att_src and att_dst [1, H, D] (Glorot), bias [H D] (zeros), lin.weight [H D, in]
/// (Glorot), with residual res.weight. Parallel arcs count each. A node without arcs gets b (with
/// self-loops: its own W x + b).
///
/// @par Source  Velickovic et al.: Graph Attention Networks, ICLR 2018 (arXiv:1710.10903). Defaults
///              as PyG's GATConv; features of edges (its edge_dim) are not looked at.
/// @par When not to use it  Where the best neighbour depends on who asks: see Gatv2Conv.
class GatConvImpl : public torch::nn::Cloneable<GatConvImpl>, public Conv {
 public:
  GatConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : GatConvImpl(GatConvOptions(in_channels, out_channels)) {}
  explicit GatConvImpl(const GatConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite. @param key  Of dropout; not looked at in eval mode.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph,
                                   const ops::DropoutKey& key = {});
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GATConv"; }

  GatConvOptions options;
  at::Tensor att_src;
  at::Tensor att_dst;
  at::Tensor bias;  ///< Undefined without bias.
  Linear lin{nullptr};
  Linear res{nullptr};  ///< Null without residual.
};
TORCH_MODULE(GatConv);

}  // namespace isthmus::layers
