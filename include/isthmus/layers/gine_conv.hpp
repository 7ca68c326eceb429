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
#include "isthmus/layers/mlp.hpp"

namespace isthmus::layers {

/// Options of GineConv. Its network is Mlp{in, hidden, out}.
struct GineConvOptions {
  GineConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels), hidden_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);      ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);     ///< >= 0
  TORCH_ARG(std::int64_t, hidden_channels);  ///< >= 0; the constructor sets out_channels.
  /// Columns of edge features, which `lin` brings to in_channels. 0: they have in_channels already
  /// and there is no `lin`.
  TORCH_ARG(std::int64_t, edge_channels) = 0;
  TORCH_ARG(Norm, norm) = Norm::kNone;  ///< Inside the network, after its first Linear.
  TORCH_ARG(Activation, act) = Activation::kRelu;
  TORCH_ARG(double, eps) = 0.0;        ///< Initial value.
  TORCH_ARG(bool, train_eps) = false;  ///< eps is a parameter, otherwise a buffer.
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// GIN with edge features: out_i = nn((1 + eps) x_i + sum_{e: j -> i} relu(x_j + lin(a_e))).
/// x [N, in], edge_attr [E, D] -> [N, out].
///
/// Tensors: eps [1] (buffer or parameter), nn.lins.*, nn.norms.0.*, lin.weight [in, D], lin.bias.
/// Messages are never stored. A node without arcs gets nn((1 + eps) x_i). Sparse x is made dense.
///
/// @par Source  Hu, Liu, Gomes, Zitnik, Liang, Pande, Leskovec: Strategies for Pre-training Graph
///              Neural Networks, ICLR 2020 (arXiv:1905.12265). Defaults as PyG's GINEConv.
class GineConvImpl : public torch::nn::Cloneable<GineConvImpl>, public Conv {
 public:
  GineConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : GineConvImpl(GineConvOptions(in_channels, out_channels)) {}
  explicit GineConvImpl(const GineConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param edge_attr  [E, D] in the caller's edge order.
  /// @param graph      N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const at::Tensor& edge_attr,
                                   const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GINEConv"; }

  GineConvOptions options;
  Mlp nn{nullptr};
  Linear lin{nullptr};  ///< Null without edge_channels.
  at::Tensor eps;
};
TORCH_MODULE(GineConv);

}  // namespace isthmus::layers
