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
#include "isthmus/layers/mlp.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Options of GinConv. Its network is Mlp{in, hidden, out}.
struct GinConvOptions {
  GinConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels), hidden_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);      ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);     ///< >= 0
  TORCH_ARG(std::int64_t, hidden_channels);  ///< >= 0; the constructor sets out_channels.
  TORCH_ARG(Norm, norm) = Norm::kNone;       ///< Inside the network, after its first Linear.
  TORCH_ARG(Activation, act) = Activation::kRelu;
  TORCH_ARG(ops::Reduce, agg) = ops::Reduce::kSum;  ///< kSum or kMean.
  TORCH_ARG(double, eps) = 0.0;                     ///< Initial value.
  TORCH_ARG(bool, train_eps) = false;               ///< eps is a parameter, otherwise a buffer.
  TORCH_ARG(std::uint64_t, seed) = 0;               ///< Of the initial values.
};

/// Graph isomorphism network: out_i = nn((1 + eps) x_i + sum_{j -> i} x_j). [N, in] -> [N, out].
///
/// Tensors: eps [1] (buffer or parameter), nn.lins.0.*, nn.lins.1.*, nn.norms.0.*. The sum runs on
/// the narrower side of the network's first weight (after it if in > hidden or X is sparse). A node
/// without arcs gets nn((1 + eps) x_i).
///
/// @par Source  Xu, Hu, Leskovec, Jegelka: How Powerful are Graph Neural Networks?, ICLR 2019
///              (arXiv:1810.00826). Defaults as PyG's GINConv and its GIN model.
/// @par When not to use it  With hubs and half precision: sums grow with the degree.
class GinConvImpl : public torch::nn::Cloneable<GinConvImpl>, public Conv {
 public:
  GinConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : GinConvImpl(GinConvOptions(in_channels, out_channels)) {}
  explicit GinConvImpl(const GinConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] bool applies_relu() const noexcept override { return fuses(); }
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GINConv"; }

  /// Whether propagate() of dense features is ops::gin_mlp() with all weights and an eps that is
  /// not trained: what a block around it can fuse with (ops/gin_block.hpp).
  [[nodiscard]] bool is_gin_mlp(const ConvContext& context) const;

  GinConvOptions options;
  Mlp nn{nullptr};
  at::Tensor eps;

 private:
  /// Whether the whole layer runs tile by tile (ops/gin_mlp.hpp): the usual case, kSum, kRelu, no
  /// norm, widths up to kPanelWidth. The same bits as step by step.
  [[nodiscard]] bool fuses() const;
  [[nodiscard]] at::Tensor forward_fused(const NodeInput& x, const Graph& graph, bool relu);
  [[nodiscard]] at::Tensor forward_by_steps(const NodeInput& x, const ConvContext& context);
};
TORCH_MODULE(GinConv);

}  // namespace isthmus::layers
