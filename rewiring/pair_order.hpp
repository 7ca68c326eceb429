#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <span>
#include <tuple>
#include <utility>

#include "isthmus/graph/graph.hpp"

#include "sorted_edge.hpp"

namespace isthmus::rewiring {

/// Which of two tied pairs wins: the one with the smaller keys of its nodes, then smaller ids.
/// Sorted keys are compared before any id, so that numbers of nodes decide only between pairs that
/// the keys cannot tell apart.
struct PairOrder {
  std::span<const std::int64_t> key = {};  ///< [N] Of each node; empty: ids alone.

  [[nodiscard]] bool before(Edge a, Edge b) const {
    return std::tuple(keys(a), sorted_edge(a.u, a.v)) < std::tuple(keys(b), sorted_edge(b.u, b.v));
  }

 private:
  [[nodiscard]] std::pair<std::int64_t, std::int64_t> keys(Edge e) const {
    if (key.empty()) {
      return {0, 0};
    }
    return std::minmax({key[static_cast<std::size_t>(e.u)], key[static_cast<std::size_t>(e.v)]});
  }
};

}  // namespace isthmus::rewiring
