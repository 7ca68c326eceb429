#pragma once

#include <span>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Options of color_refinement().
struct ColorRefinementOptions {
  /// Objects are nodes where max_tuples is concerned.
  RefineOptions common = {};
};

/// 1-WL, colour refinement, of any number of graphs jointly.
///
///     c_0(v) = l(v),   c_r(v) = (c_{r-1}(v), {{ (e(v,u), c_{r-1}(u)) : u in N(v) }})
///
/// Graphs are compared by the multiset of their nodes' colours.
///
/// A round looks at the neighbours of classes that the round before has split off, all parts but
/// the largest of each split class: the partition of every round is that of the definition, and
/// all rounds together cost O((N + E) log N), however many there are. Multisets are compared by
/// sums of mixes. A stable result is confirmed: every class must be equitable, else everything
/// runs again with sorted rows, as with common.exact from the start. So it is certain; only the
/// count of rounds rests on the sums. A result of fewer rounds is certain with common.exact alone.
///
/// @throws InvalidArgument  if a graph is not one of check_wl_graph().
/// @par Cost    Time O((N + E) log N) for all nodes and arcs together, long rounds on all threads;
///              common.exact (N + E) log N a round. Memory: up to 100 bytes a node and 100 a class
///              of the last round, and 4 an arc + 8 a node where there are several graphs (12 and
///              8 with edge labels); exact 28 a node + 16 an arc more. Each round that is reported
///              takes 64 + 4 G bytes.
/// @par Source  Weisfeiler, Leman: The Reduction of a Graph to Canonical Form, 1968. All but the
///              largest part: Hopcroft: An n log n Algorithm for Minimizing States, 1971; Cardon,
///              Crochemore: Partitioning a Graph in O(|A| log |V|), 1982.
[[nodiscard]] Refinement color_refinement(std::span<const WlGraph> graphs,
                                          const ColorRefinementOptions& options = {});

}  // namespace isthmus::expressivity
