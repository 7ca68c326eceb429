#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

#include "resistance_sketch.hpp"

namespace isthmus::rewiring {

/// Nodes whose pairs may be the best of a sketch, where all pairs are too many to look at: the ends
/// of the graph along directions of the sketch, those far from everything, those farthest from
/// these, and ends of long shortest paths.
class CandidateNodes {
 public:
  explicit CandidateNodes(std::uint64_t seed) : seed_(seed) {}

  /// @param graph  Of shortest paths. @param step  Draws the random directions.
  /// @return ascending, with those of `known`; the same at any number of threads.
  /// @par Cost  O(N k) times some tens.
  [[nodiscard]] std::vector<NodeId> find(const ResistanceSketch& sketch, const Graph& graph,
                                         std::uint32_t step, std::span<const NodeId> known);

 private:
  void turn_to_principal(const ResistanceSketch& sketch);

  std::uint64_t seed_;
  /// [directions][k] Orthonormal: along them Y is longest, which is along the eigenvectors of the
  /// smallest eigenvalues, Fiedler's first. Kept between steps.
  std::vector<double> principal_;
};

}  // namespace isthmus::rewiring
