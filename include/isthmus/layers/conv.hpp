#pragma once

#include <string_view>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/constant_input.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {

/// What a message-passing layer may look at beside its input features. Tensors of edges are in the
/// caller's edge order; layers ignore what they have no use for.
struct ConvContext {
  explicit ConvContext(const Graph& of) : graph(of) {}

  const Graph& graph;
  at::Tensor edge_attr;  ///< [E, D], floating; undefined if there is none.
  at::Tensor edge_type;  ///< [E], int64, relation of each edge; undefined if there is none.
  /// Where a layer that changes edge features reads what the layer before it left, and leaves its
  /// own; none outside a network.
  at::Tensor* edge_state = nullptr;
  /// [N, C], GCN2's x_0: what the layers before message passing gave, before dropout; undefined
  /// if there are none and the features are sparse.
  at::Tensor initial;
  /// Features that are the same at each step, with their aggregates; used by layers that are given
  /// that very tensor. None by default.
  ConstantInput* constant = nullptr;
  ops::DropoutKey key;  ///< Of dropout inside a layer (attention weights): one layer number each.
  bool relu = false;    ///< Whether the output is max(0, .); only where applies_relu().
  /// Where `graph` holds drawn arcs of a larger graph: [N, 1], in-degree there / arcs kept here (1
  /// where none is). Layers that sum scale by it, so that a sum over drawn arcs is an unbiased
  /// estimate of the sum over all. Undefined: the graph is whole.
  at::Tensor in_scale;
  at::Tensor gcn_norm;  ///< With in_scale: [N, 1], Plan::gcn_norm_f32() of the larger graph.
  /// [E], of the features' type: every message is multiplied by the number of its edge, after
  /// whatever normalises it (degrees, softmax, gates) and before it is reduced; differentiable.
  /// Self-loops that a layer adds or puts in the place of the graph's have no number, and are never
  /// masked. Undefined: no masks, at no cost.
  at::Tensor edge_mask;
};

/// A message-passing layer as a network of them sees it: the mixin of every *Conv module. Each also
/// has a forward() of its own with just the arguments that it needs.
class Conv {
 public:
  Conv() = default;
  Conv(const Conv&) = default;
  Conv& operator=(const Conv&) = default;
  virtual ~Conv() = default;

  /// x [N, in] -> [N, out].
  [[nodiscard]] virtual at::Tensor propagate(const NodeInput& x, const ConvContext& context) = 0;
  /// Whether propagate() looks at ConvContext::relu: an activation fused into the layer saves its
  /// caller one pass over the output and one over the gradient.
  [[nodiscard]] virtual bool applies_relu() const noexcept { return false; }
  /// Initial values, drawn from `init` in the order of the parameters.
  virtual void reset_parameters(Initializer& init) = 0;
  /// PyG's name of the layer: "GCNConv".
  [[nodiscard]] virtual std::string_view type_name() const noexcept = 0;
};

}  // namespace isthmus::layers
