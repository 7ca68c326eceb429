#pragma once

#include <cstdint>
#include <span>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Which nodes marked_wl() marks.
enum class MarkedRoots : std::uint8_t {
  kOne,          ///< 1,1-WL: every node a_1.
  kTwo,          ///< 1,2-WL: every pair (a_1, a_2), equal ones among them.
  kTwoAdjacent,  ///< 1,2-WL of adjacent roots: a_2 = a_1 or a_2 in N(a_1).
};

/// How marked_wl() pools the results of a graph.
enum class MarkedPool : std::uint8_t {
  kFlat,    ///< The multiset over all tuples.
  kNested,  ///< The multiset over a_2 for each a_1, then over a_1. Another test, possibly finer.
};

/// Options of marked_wl().
struct MarkedWlOptions {
  MarkedRoots roots = MarkedRoots::kOne;
  MarkedPool pool = MarkedPool::kFlat;
  /// Objects are tuples of roots where max_tuples is concerned; with `exact`, copies of nodes: n
  /// for each tuple. `rounds` counts those of each marked run.
  RefineOptions common = {};
};

/// 1,l-WL: 1-WL of every copy of the graph with l marked nodes.
///
///     result(a) = histogram of the stable 1-WL colours of (G, c_0(v) = (l(v), {i : a_i = v}))
///
/// Graphs are compared by the pool of their results. 1,1-WL is SWL(VS), node marking.
///
/// A run until stable starts from the joint stable colouring of the unmarked graphs with a_1 in a
/// class of its own, and one with two marks from that of a_1; colours are named by content, so that
/// results of runs with different rounds compare. A root that has its class for itself already
/// needs no run. With until_graphs_differ two roots are not looked at where one already tells the
/// graphs apart (the verdict is the same).
///
/// The Refinement has one entry: `classes` counts different results, colour[g] are those of the
/// tuples of graph g: of a_1; of (a_1, a_2) at a_1 n + a_2; with kTwoAdjacent for each a_1 first
/// (a_1, a_1), then its neighbours in the order of its row. Results are compared by 128-bit sums:
/// equal ones are certain with common.exact alone, which refines all copies jointly.
///
/// @throws InvalidArgument  if a graph is not one of check_wl_graph().
/// @par Cost    Time O(n (n + m) log n) a graph with one root, n times that with two (2 m / n + 1
///              times if adjacent); graphs and first roots in parallel. Memory 40 bytes a node of
///              all graphs, 44 a tuple, and for each thread 160 bytes a node of the graph at hand.
///              Exact: that of color_refinement() of all copies, and 8 bytes a node of each.
/// @par Source  Zhou, Wang, Zhang: From Relational Pooling to Subgraph GNNs, ICML 2023. Adjacent
///              roots bound I2-GNN: Huang, Peng, Ma, Zhang: Boosting the Cycle Counting Power of
///              Graph Neural Networks with I2-GNNs, ICLR 2023.
[[nodiscard]] Refinement marked_wl(std::span<const WlGraph> graphs,
                                   const MarkedWlOptions& options = {});

}  // namespace isthmus::expressivity
