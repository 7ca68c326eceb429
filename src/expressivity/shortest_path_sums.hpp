#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

#include "mix.hpp"

namespace isthmus::expressivity {

/// Sums that stand for multisets of shortest paths, without listing these.
///
/// A path v, u1, ..., uk counts as the product of k random numbers, one for each (i, e(.,ui),
/// c(ui)), in the field of 2^61 - 1 elements; two lanes. Different multisets are different
/// polynomials of degree k, and agree with a probability of at most k / (2^61 - 1) a lane. The
/// products of all paths to a node are a sum over the nodes before it, so a breadth-first search
/// adds them up.
class ShortestPathSums {
 public:
  /// @param edge_number  [E], empty: all alike. @param colour  [N].
  ShortestPathSums(const CsrView& csr, std::span<const std::uint32_t> edge_number,
                   std::span<const std::uint32_t> colour);

  /// Of the shortest paths of exactly `length` edges from v. O(n + m).
  [[nodiscard]] Signature from(NodeId v, std::int32_t length);

 private:
  void pass_on(NodeId w, std::int32_t place);

  CsrView csr_;
  std::span<const std::uint32_t> edge_number_;
  std::span<const std::uint32_t> colour_;
  std::vector<std::int32_t> level_;  ///< [N] Distance in the search that runs, -1: not reached.
  std::vector<Signature> sum_;       ///< [N] Of the paths to the node, both lanes below 2^61 - 1.
  std::vector<NodeId> order_;        ///< As the search reached them.
};

}  // namespace isthmus::expressivity
