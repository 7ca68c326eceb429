#pragma once

#include <cstdint>
#include <iosfwd>
#include <string_view>
#include <vector>

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

/// Options of EdgeConv. Its network is Mlp{2 in, hidden..., out}.
struct EdgeConvOptions {
  EdgeConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels), hidden_channels_({out_channels}) {}

  TORCH_ARG(std::int64_t, in_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);  ///< >= 0
  /// Widths between, each >= 0; the constructor sets {out_channels}. Empty: one Linear alone.
  TORCH_ARG(std::vector<std::int64_t>, hidden_channels);
  TORCH_ARG(Norm, norm) = Norm::kNone;  ///< Inside the network, over edges.
  TORCH_ARG(Activation, act) = Activation::kRelu;
  TORCH_ARG(ops::Reduce, agg) = ops::Reduce::kMax;  ///< Any.
  TORCH_ARG(std::uint64_t, seed) = 0;               ///< Of the initial values.
};

/// Edge convolution: out_i = max_{j -> i} nn([x_i, x_j - x_i]). [N, in] -> [N, out].
///
/// Tensors: nn.lins.i.*, nn.norms.i.*. With W = [W_1, W_2] the first weight of the network,
/// W [x_i, x_j - x_i] = (W_1 - W_2) x_i + W_2 x_j: two products with N rows instead of one with E.
/// The rest of the network runs on E rows (memory E times its widths); without hidden channels
/// there is no rest, and nothing of size E exists. A node without arcs gets 0.
///
/// @par Source  Wang et al.: Dynamic Graph CNN for Learning on Point Clouds, TOG 2019
///              (arXiv:1801.07829). As PyG's EdgeConv with an MLP.
/// @par When not to use it  With many more edges than nodes and wide hidden layers.
class EdgeConvImpl : public torch::nn::Cloneable<EdgeConvImpl>, public Conv {
 public:
  EdgeConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : EdgeConvImpl(EdgeConvOptions(in_channels, out_channels)) {}
  explicit EdgeConvImpl(const EdgeConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "EdgeConv"; }

  EdgeConvOptions options;
  Mlp nn{nullptr};
};
TORCH_MODULE(EdgeConv);

}  // namespace isthmus::layers
