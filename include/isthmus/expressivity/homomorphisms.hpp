#pragma once

#include <compare>
#include <cstdint>
#include <string>

#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// A count below 2^128.
struct Count {
  std::uint64_t high = 0;
  std::uint64_t low = 0;

  friend constexpr auto operator<=>(const Count&, const Count&) = default;
  /// Decimal digits.
  [[nodiscard]] std::string text() const;
};

/// Whether a graph has treewidth 2 or less: it falls apart by removing nodes of degree 2 or less
/// and joining the two neighbours of each.
[[nodiscard]] bool has_treewidth_two(const Graph& graph);

/// The number of homomorphisms from `pattern` to `target`: maps of nodes that take every edge to an
/// edge of the same label and every node to one of the same label. Two graphs that k-WL (folklore)
/// does not tell apart have equally many from every pattern of treewidth <= k.
///
/// Nodes of degree d <= 2 of the pattern are summed out: what they contribute becomes a factor of
/// their neighbour, or of the pair of their two neighbours.
///
/// @param pattern  Simple, treewidth <= 2, n_p nodes; also without nodes (one homomorphism).
/// @param target   Simple, n nodes, m edges.
/// @throws InvalidArgument  for a graph that is not simple, labels of a wrong number, or a pattern
///                          of greater treewidth.
/// @throws ResourceLimit    if the count, or a partial one, is 2^128 or more.
/// @par Cost  O(n_p (n + m)) for forests, else O(n_p n^3) time and n_p n^2 numbers of 16 bytes.
/// @par Source  Diaz, Serna, Thilikos: Counting H-colorings of partial k-trees, Theoretical
/// Computer
///              Science 281, 2002. Dvorak: On recognizing graphs by numbers of homomorphisms,
///              J. Graph Theory 64, 2010.
[[nodiscard]] Count homomorphisms(const WlGraph& pattern, const WlGraph& target);

}  // namespace isthmus::expressivity
