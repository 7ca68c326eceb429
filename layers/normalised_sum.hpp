#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"

namespace isthmus::layers {

/// Which S a layer propagates by; PyG's options of the same names.
struct Normalisation {
  bool add_self_loops = true;  ///< Loops of the graph are replaced by one at each node.
  bool normalize = true;       ///< Off: plain sum, then without self-loops added.
};

/// x -> S x with GcnConv's S (see there), made ready once and applied as often as there are hops.
class NormalisedSum {
 public:
  /// Looks at the context's graph and edge mask. @param like  Type of the x to come.
  NormalisedSum(const ConvContext& context, const Normalisation& how,
                const at::TensorOptions& like);
  /// x [N, C], differentiable.
  [[nodiscard]] at::Tensor operator()(const at::Tensor& x) const;

 private:
  Graph graph_;
  Normalisation how_;
  at::Tensor mask_;  ///< Of the edges of graph_; undefined if there is none.
  /// 1 / sqrt(in-degree), [N, 1], counting loops that are added; undefined where an op has it.
  at::Tensor scale_;
};

}  // namespace isthmus::layers
