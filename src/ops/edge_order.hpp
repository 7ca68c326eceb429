#pragma once

#include "isthmus/graph/graph.hpp"
#include "isthmus/kernels/edge_softmax.hpp"

namespace isthmus::ops {

/// A graph's positions as kernels take them; the graph must outlive the result.
[[nodiscard]] inline kernels::EdgeOrder edge_order(const EdgePositions& positions) {
  if (!positions.narrow().empty()) {
    return {positions.narrow().data(), nullptr};
  }
  return {nullptr, positions.wide().empty() ? nullptr : positions.wide().data()};
}

}  // namespace isthmus::ops
