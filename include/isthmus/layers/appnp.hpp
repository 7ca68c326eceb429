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

namespace isthmus::layers {

/// Options of Appnp.
struct AppnpOptions {
  AppnpOptions(std::int64_t hops, double alpha) : hops_(hops), alpha_(alpha) {}

  TORCH_ARG(std::int64_t, hops);  ///< PyG's K, >= 0.
  TORCH_ARG(double, alpha);       ///< Share of the start in every hop, [0, 1].
  /// Count every node as its own neighbour, once: loops of the graph are replaced, not doubled.
  TORCH_ARG(bool, add_self_loops) = true;
  /// Off: the plain sum in the place of S, then without self-loops added.
  TORCH_ARG(bool, normalize) = true;
};

/// Personalised propagation of predictions: K hops of h <- (1 - alpha) S h + alpha x from h = x,
/// with GcnConv's S. [N, C] -> [N, C] for any C; without parameters.
///
/// It goes after the network that predicts: as the last layer of a Gnn (layers_mp = 1,
/// layers_post_mp = 0) the pre_mp layers give the scores, and this layer smooths them.
///
/// @par Source  Gasteiger, Bojchevski, Günnemann: Predict then Propagate, ICLR 2019
///              (arXiv:1810.05997). Arguments as PyG's APPNP; without its dropout of arcs.
class AppnpImpl : public torch::nn::Cloneable<AppnpImpl>, public Conv {
 public:
  AppnpImpl(std::int64_t hops, double alpha) : AppnpImpl(AppnpOptions(hops, alpha)) {}
  explicit AppnpImpl(const AppnpOptions& options);

  void reset() override {}
  void reset_parameters(Initializer& init) override;
  void pretty_print(std::ostream& stream) const override;
  /// @param graph  N nodes, not bipartite.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const Graph& graph);
  [[nodiscard]] at::Tensor propagate(const NodeInput& x, const ConvContext& context) override;
  [[nodiscard]] std::string_view type_name() const noexcept override { return "APPNP"; }

  AppnpOptions options;
};
TORCH_MODULE(Appnp);

}  // namespace isthmus::layers
