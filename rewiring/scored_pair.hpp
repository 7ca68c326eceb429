#pragma once

#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// A pair of nodes and how good it is to join them.
struct ScoredPair {
  double score = 0.0;
  Edge edge = {};

  /// Larger scores first, then smaller pairs.
  bool operator<(const ScoredPair& other) const {
    return score != other.score ? score > other.score : edge < other.edge;
  }
};

[[nodiscard]] inline std::vector<Edge> edges_of(const std::vector<ScoredPair>& pairs) {
  std::vector<Edge> edges;
  edges.reserve(pairs.size());
  for (const ScoredPair& pair : pairs) {
    edges.push_back(pair.edge);
  }
  return edges;
}

}  // namespace isthmus::rewiring
