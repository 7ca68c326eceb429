#pragma once

#include <cstdint>
#include <iosfwd>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/cloneable.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/drew_shape.hpp"
#include "isthmus/layers/edge_parts.hpp"
#include "isthmus/layers/initializer.hpp"

namespace isthmus::layers {

/// What a layer of Drew makes of the rings; formulas there.
enum class DrewForm : std::uint8_t { kGcn, kGin };

/// Options of Drew.
struct DrewOptions {
  DrewOptions(std::int64_t channels, std::int64_t num_layers)
      : channels_(channels), num_layers_(num_layers) {}

  TORCH_ARG(std::int64_t, channels);           ///< C >= 1, in and out.
  TORCH_ARG(std::int64_t, num_layers);         ///< L >= 0
  TORCH_ARG(DrewShape, shape) = {.rings = 1};  ///< Rings, delay, loops.
  TORCH_ARG(DrewForm, form) = DrewForm::kGcn;
  TORCH_ARG(bool, train_eps) = false;  ///< kGin: eps of each layer as a parameter, from 0.
  TORCH_ARG(std::uint64_t, seed) = 0;  ///< Of the initial values.
};

/// Dynamically rewired message passing with delay: layer t = 0..L - 1 hears the rings k = 1..min(t
/// + 1, k_max) of a node, and ring k as it was k - nu layers ago. x_0 [N, C] -> x_L [N, C].
///
///     kGcn  x_{t+1} = x_t + max(0, sum over k of A_k x_s W_{k,t}'),     s = t - max(k - nu, 0)
///     kGin  x_{t+1} = (1 + eps_t) M_t(x_t) + sum over k of M_{k,t}(sum over ring k of x_s)
///
/// A_k is the adjacency of ring k divided by the square roots of both ring degrees; a node without
/// ring k hears nothing from it. M are two Linear layers with a max(0, .) between. All states are
/// kept, also without gradients.
///
/// Tensors: rings.t.k.weight [C, C] of ring k + 1; with kGin rings.t.k.lins.i.*, own.t.lins.i.* and
/// eps [L], a parameter or a buffer.
///
/// @par Source  Gutteridge, Dong, Bronstein, Di Giovanni: DRew: Dynamically Rewired Message Passing
///              with Delay, ICML 2023 (arXiv:2305.08018).
/// @par Differs from the authors' code: there rings have self-loops wherever some graph of the
/// batch
///              has that ring, so that a graph's output depends on its batch mates; here they have
///              them always (DrewShape::self_loops) or never.
/// @par When not to use it  Where balls of k_max hops fill the graph: rings are edges, and layers
///              have a weight for each.
class DrewImpl : public torch::nn::Cloneable<DrewImpl> {
 public:
  explicit DrewImpl(const DrewOptions& options);

  void reset() override;
  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;

  /// @param x          [N, C], floating.
  /// @param edge_type  [E] int64 in the caller's edge order: hop - 1 of each edge, in 0..k_max - 1.
  ///                   Loops of the graph are of its ring.
  /// @param graph      N nodes, the rings as arcs (rewiring::rings()); not bipartite.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const at::Tensor& edge_type,
                                   const Graph& graph);
  /// The same with an edge_mask. @pre not a sample of a larger graph.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const ConvContext& context);

  DrewOptions options;
  torch::nn::ModuleList rings{nullptr};  ///< Of each layer a list, of each ring a module.
  torch::nn::ModuleList own{nullptr};    ///< kGin.
  at::Tensor eps;                        ///< kGin.

 private:
  /// The arcs of one hop.
  EdgeParts parts_;                        ///< A ring each.
  std::vector<std::size_t> part_of_type_;  ///< 0, 1, ...: types are rings.
};
TORCH_MODULE(Drew);

}  // namespace isthmus::layers
