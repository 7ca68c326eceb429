#pragma once

#include <cstdint>
#include <iosfwd>
#include <optional>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"

namespace isthmus::layers {

/// Options of Gcn2Conv.
struct Gcn2ConvOptions {
  Gcn2ConvOptions(std::int64_t channels, double alpha) : channels_(channels), alpha_(alpha) {}

  TORCH_ARG(std::int64_t, channels);  ///< >= 0, of input, start and output.
  TORCH_ARG(double, alpha);           ///< Share of the start x_0, [0, 1].
  /// Strength of the weights, >= 0: beta = log(theta / layer + 1). Given together with `layer`, or
  /// neither: beta is 1 then.
  TORCH_ARG(std::optional<double>, theta) = std::nullopt;
  TORCH_ARG(std::optional<std::int64_t>, layer) = std::nullopt;  ///< Place in the network, >= 1.
  TORCH_ARG(bool, shared_weights) = true;  ///< One weight for both terms; off: one for each.
  /// Count every node as its own neighbour, once: loops of the graph are replaced, not doubled.
  TORCH_ARG(bool, add_self_loops) = true;
  /// Off: the plain sum in the place of S, then without self-loops added.
  TORCH_ARG(bool, normalize) = true;
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// GCNII's layer, with initial residual and identity mapping. [N, C] -> [N, C]:
///
///     out = (1 - alpha) S X M(W1) + alpha X_0 M(W2),   M(W) = (1 - beta) I + beta W
///
/// with GcnConv's S; W2 = W1 with shared_weights. Tensors: weight1 [C, C] and, unless shared,
/// weight2 [C, C] (Glorot), multiplied from the right as they are.
///
/// As a Conv it takes X_0 from ConvContext::initial.
///
/// @par Source  Chen et al.: Simple and Deep Graph Convolutional Networks, ICML 2020
///              (arXiv:2007.02133). Arguments as PyG's GCN2Conv. M(W) is formed first, so that a
///              layer is one product; the rounding differs from PyG's by that.
class Gcn2ConvImpl : public torch::nn::Cloneable<Gcn2ConvImpl>, public Conv {
 public:
  Gcn2ConvImpl(std::int64_t channels, double alpha)
      : Gcn2ConvImpl(Gcn2ConvOptions(channels, alpha)) {}
  explicit Gcn2ConvImpl(const Gcn2ConvOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param x_0    [N, C] as x, the start of the network.
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const at::Tensor& x_0, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "GCN2Conv"; }

  Gcn2ConvOptions options;
  double beta = 1.0;
  at::Tensor weight1;
  at::Tensor weight2;  ///< Undefined with shared_weights.
};
TORCH_MODULE(Gcn2Conv);

}  // namespace isthmus::layers
