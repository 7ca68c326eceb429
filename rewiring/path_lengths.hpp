#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Lengths of shortest paths from one node to a few others, by Dijkstra; keeps its memory, 9 bytes
/// a node.
class PathLengths {
 public:
  /// `length`: of each arc by rows, > 0.
  PathLengths(const CsrView& csr, std::span<const double> length);

  /// Searches from `source` until all of `targets` are reached, and writes their distances to
  /// `out`. @pre A path leads to each.
  void find(NodeId source, std::span<const NodeId> targets, std::span<double> out);

 private:
  CsrView csr_;
  std::span<const double> length_;
  std::vector<double> distance_;         ///< [N] Infinite outside of a call.
  std::vector<std::uint8_t> is_target_;  ///< [N] 0 outside of a call.
  std::vector<NodeId> touched_;
  std::vector<std::pair<double, NodeId>> heap_;
};

}  // namespace isthmus::rewiring
