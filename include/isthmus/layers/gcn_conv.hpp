#pragma once

#include <cstdint>
#include <iosfwd>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/layers/linear.hpp"

namespace isthmus::layers {

/// Options of GcnConv.
struct GcnConvOptions {
  GcnConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);  ///< >= 0
  /// Count every node as its own neighbour, once: loops of the graph are replaced, not doubled.
  TORCH_ARG(bool, add_self_loops) = true;
  /// Weight arc j -> i by 1 / sqrt(d_i d_j), d = in-degree; off: plain sum, then without self-loops
  /// added.
  TORCH_ARG(bool, normalize) = true;
  TORCH_ARG(DegreeNorm, degree_norm) = DegreeNorm::kSymmetric;  ///< With normalize.
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Graph convolution: out = S X W' + b, S_ij = a_ij / sqrt(d_i d_j) over arcs j -> i (parallel arcs
/// count each), with a_ii = 1 added by default. [N, in] -> [N, out].
///
/// Tensors: lin.weight [out, in] (Glorot), bias [out] (zeros). S is applied on the narrower side of
/// W (to X W' if in > out or X is sparse): a function of shapes only, the rounding depends on it.
/// A node without arcs gets its own X W' + b; without self-loops added it gets b.
///
/// @par Source  Kipf, Welling: Semi-Supervised Classification with Graph Convolutional Networks,
///              ICLR 2017 (arXiv:1609.02907). Defaults as PyG's GCNConv.
/// With DegreeNorm::kSource S_ij = 1 / d_j over arcs j -> i, d = out-degree, nothing on the
/// diagonal: of a directed graph with few return arcs a random walk's step (Zhou et al.,
/// arXiv:2003.06344).
/// @par When not to use it  With in- and out-degrees that differ much: both d of kSymmetric are
///                          in-degrees.
class GcnConvImpl : public torch::nn::Cloneable<GcnConvImpl>, public Conv {
 public:
  GcnConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : GcnConvImpl(GcnConvOptions(in_channels, out_channels)) {}
  explicit GcnConvImpl(const GcnConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GCNConv"; }

  GcnConvOptions options;
  Linear lin{nullptr};
  at::Tensor bias;  ///< Undefined without bias.
};
TORCH_MODULE(GcnConv);

}  // namespace isthmus::layers
