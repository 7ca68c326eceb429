#pragma once

#include <cstdint>
#include <span>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Tests of subgraph networks: they colour pairs (u, v), node v in the copy of the graph that
/// belongs to u. All but the last two start as c(u,v) = (l(v), [u = v]) and have the multiset
/// {{(e(v,w), c(u,w)) : w in N(v)}}, e an edge's label.
enum class SubgraphTest : std::uint8_t {
  kSwlVs,   ///< SWL, pooling VS: that multiset alone. As strong as node marking (1,1-WL).
  kSwlSv,   ///< SWL, pooling SV.
  kPswlVs,  ///< PSWL, pooling VS: also c(v,v).
  kPswlSv,  ///< PSWL, pooling SV.
  kGswl,    ///< GSWL: also {{c(w,v) : w in V}}. Pooling VS.
  kSswl,    ///< SSWL: also {{(e(u,w), c(w,v)) : w in N(u)}}. Pooling VS.
  kLfwl2,   ///< LFWL(2): starts as atp(u,v); {{(c(u,w), c(w,v)) : w in N(v)}}. Pooling: all pairs.
  kSlfwl2,  ///< SLFWL(2): as kLfwl2, and the same over w in N(u). Pooling: all pairs.
};

/// Options of subgraph_wl().
struct SubgraphWlOptions {
  SubgraphTest test = SubgraphTest::kSwlVs;
  RefineOptions common = {};
  /// Of the constants that the signatures are made with: a result that is not certain can be tried
  /// again with other constants.
  std::uint64_t seed = 0;
};

/// Refines the pairs of nodes of all graphs jointly: c_{r+1}(u,v) = (c_r(u,v), what SubgraphTest
/// names).
///
/// Pooling of a round's colours to the class of a graph:
///
///     VS:         {{ {{c(u,v) : v in V}} : u in V }}     first the subgraph of u, then all of them
///     SV:         {{ {{c(u,v) : u in V}} : v in V }}     first the node over all subgraphs
///     all pairs:  {{c(u,v) : u, v in V}}
///
/// @param graphs   Any number, also none; n >= 0. Pairs never mix graphs.
/// @param options  See SubgraphWlOptions.
/// @return         `certain` under `exact`. Else `error_bound` = (rounds + 1) T^2 / 2^65, T pairs
/// in
///                 all. Different classes are proof always. `undecided` without any round if
///                 T > max_tuples or T >= 2^32 (nothing of that size is allocated then); after a
///                 cancel, with the rounds that were finished.
/// @throws isthmus::InvalidArgument  for a graph that check_wl_graph() refuses, rounds < -1, and
///                                   max_tuples < 0.
///
/// @par Cost    O(n (n + m)) a round, n nodes and m edges a graph. Under `exact` each pair's
///              multisets are gathered and sorted besides. Memory of T pairs in K classes: 20 T
///              bytes (a signature and a colour each) and 32 to 72 K to number them; `exact` 16 T
///              more.
/// @par Source  Zhang, Feng, Du, He, Wang: A Complete Expressiveness Hierarchy for Subgraph GNNs
/// via
///              Subgraph Weisfeiler-Lehman Tests, ICML 2023 (arXiv:2302.07090).
[[nodiscard]] Refinement subgraph_wl(std::span<const WlGraph> graphs,
                                     const SubgraphWlOptions& options = {});

}  // namespace isthmus::expressivity
