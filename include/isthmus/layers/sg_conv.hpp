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

namespace isthmus::layers {

/// Options of SgConv.
struct SgConvOptions {
  SgConvOptions(std::int64_t in_channels, std::int64_t out_channels)
      : in_channels_(in_channels), out_channels_(out_channels) {}

  TORCH_ARG(std::int64_t, in_channels);   ///< >= 0
  TORCH_ARG(std::int64_t, out_channels);  ///< >= 0
  TORCH_ARG(std::int64_t, hops) = 1;      ///< PyG's K, >= 0.
  /// Count every node as its own neighbour, once: loops of the graph are replaced, not doubled.
  TORCH_ARG(bool, add_self_loops) = true;
  TORCH_ARG(bool, bias) = true;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Simple graph convolution: out = S^K X W' + b with GcnConv's S. [N, in] -> [N, out].
///
/// Tensors: lin.weight [out, in], lin.bias [out]. The hops run on the narrower side of W (on X W'
/// if in > out or X is sparse): a function of shapes only, the rounding depends on it.
///
/// @par Source  Wu et al.: Simplifying Graph Convolutional Networks, ICML 2019 (arXiv:1902.07153).
///              Defaults as PyG's SGConv; without its `cached`, which W on the narrow side makes
///              needless.
/// @par When not to use it  Where the labels do not vary slowly over the graph: S^K is a low-pass
///              filter, and nothing is learnt between its hops.
class SgConvImpl : public torch::nn::Cloneable<SgConvImpl>, public Conv {
 public:
  SgConvImpl(std::int64_t in_channels, std::int64_t out_channels)
      : SgConvImpl(SgConvOptions(in_channels, out_channels)) {}
  explicit SgConvImpl(const SgConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const NodeInput& x, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "SGConv"; }

  SgConvOptions options;
  Linear lin{nullptr};
};
TORCH_MODULE(SgConv);

}  // namespace isthmus::layers
