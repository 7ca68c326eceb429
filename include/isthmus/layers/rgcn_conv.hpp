#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/edge_parts.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Options of RgcnConv.
struct RgcnConvOptions {
  RgcnConvOptions(std::int64_t in_channels, std::int64_t out_channels, std::int64_t num_relations)
      : in_channels_(in_channels), out_channels_(out_channels), num_relations_(num_relations) {}

  TORCH_ARG(std::int64_t, in_channels);    ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, num_relations);  ///< >= 1
  /// Weights of relations as sums of this many bases; 0: one weight of its own each.
  TORCH_ARG(std::int64_t, num_bases) = 0;
  /// Block-diagonal weights of this many blocks, which divide both widths; 0: dense ones. Excludes
  /// num_bases.
  TORCH_ARG(std::int64_t, num_blocks) = 0;
  TORCH_ARG(ops::Reduce, agg) = ops::Reduce::kMean;  ///< Inside a relation: kMean, kSum or kMax.
  TORCH_ARG(bool, root_weight) = true;               ///< The term x_i root.
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Relational graph convolution: out_i = x_i root + b + sum over relations r of (mean of x_j over
/// the arcs j -> i of type r) W_r. x [N, in], edge_type [E] -> [N, out].
///
/// Tensors: weight [R, in, out], or [B, in, out] with comp [R, B], or [R, blocks, in / blocks, out
/// / blocks]; root [in, out]; bias [out]. Arcs are aggregated once, into one row per node and
/// relation
/// ([N, R in] is the largest table), and multiplied once. The graph with a destination per node and
/// relation is kept from call to call while graph and edge_type stay the same.
///
/// @par Source  Schlichtkrull, Kipf, Bloem, van den Berg, Titov, Welling: Modeling Relational Data
///              with Graph Convolutional Networks, ESWC 2018 (arXiv:1703.06103). Defaults as PyG's
///              RGCNConv.
/// @par When not to use it  With hundreds of relations: memory grows with N R.
class RgcnConvImpl : public torch::nn::Cloneable<RgcnConvImpl>, public Conv {
 public:
  explicit RgcnConvImpl(const RgcnConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param edge_type  [E] int64, each in 0..num_relations-1, in the caller's edge order.
  /// @param graph      N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const at::Tensor& edge_type,
                                   const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "RGCNConv"; }

  RgcnConvOptions options;
  at::Tensor weight;
  at::Tensor comp;  ///< Undefined without num_bases.
  at::Tensor root;  ///< Undefined without root_weight.
  at::Tensor bias;  ///< Undefined without bias.

 private:
  /// The graph with destinations i R + r.
  [[nodiscard]] const Graph& by_relation(const Graph& graph, const at::Tensor& edge_type);

  TypedEdges seen_;  ///< What by_relation_ was made of.
  Graph by_relation_;
};
TORCH_MODULE(RgcnConv);

}  // namespace isthmus::layers
