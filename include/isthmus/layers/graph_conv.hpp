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
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Options of GraphConv.
struct GraphConvOptions {
  GraphConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);             ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);            ///< >= 0
  TORCH_ARG(ops::Reduce, agg) = ops::Reduce::kSum;  ///< kSum, kMean or kMax.
  TORCH_ARG(bool, bias) = true;                     ///< Of lin_rel.
  TORCH_ARG(std::uint64_t, seed) = 0;               ///< Of the initial values.
};

/// Higher-order GNN: out_i = lin_rel(agg_{e: j -> i} w_e x_j) + lin_root(x_i). [N, in] -> [N, out].
///
/// Tensors: lin_rel.weight [out, in], lin_rel.bias [out], lin_root.weight [out, in]; initial values
/// as torch::nn::Linear. Sums and means run on the narrower side of lin_rel. A node without arcs
/// gets b + lin_root(x_i). Nothing of E x F is stored, but with weights and kMax.
///
/// In a network (propagate()), edge features of a single column are the weights w_e; wider ones are
/// not looked at.
///
/// @par Source  Morris, Ritzert, Fey, Hamilton, Lenssen, Rattan, Grohe: Weisfeiler and Leman Go
///              Neural, AAAI 2019 (arXiv:1810.02244). Defaults as PyG's GraphConv.
class GraphConvImpl : public torch::nn::Cloneable<GraphConvImpl>, public Conv {
 public:
  GraphConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : GraphConvImpl(GraphConvOptions(in_channels, out_channels)) {}
  explicit GraphConvImpl(const GraphConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph        N nodes, not bipartite.
  /// @param edge_weight  [E] in the caller's edge order, or undefined: ones.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph,
                                   const at::Tensor& edge_weight = {});
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GraphConv"; }

  GraphConvOptions options;
  Linear lin_rel{nullptr};
  Linear lin_root{nullptr};
};
TORCH_MODULE(GraphConv);

}  // namespace isthmus::layers
