#pragma once

#include <cstdint>
#include <span>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Which paths path_wl() looks at. There is no test of one shortest path a pair: which one would
/// depend on the names of the nodes.
enum class WlPaths : std::uint8_t {
  kShortest,  ///< path_spp: all shortest paths.
  kSimple,    ///< path_ap: all simple paths.
};

/// What a node of a path contributes.
enum class WlPathEntry : std::uint8_t {
  kColour,             ///< Its colour.
  kColourAndDistance,  ///< Suffix d: its hop distance from the first node as well.
};

/// Options of path_wl().
struct PathWlOptions {
  WlPaths paths = WlPaths::kShortest;
  WlPathEntry entry = WlPathEntry::kColour;
  /// K, >= 1: edges of the longest path, and rounds; 0: the largest finite hop distance in any of
  /// the graphs.
  std::int32_t length = 0;
  /// Nodes of paths that may be walked in all rounds together, >= 0: beyond, the test is undecided.
  /// kShortest is walked with common.exact alone.
  std::int64_t max_steps = 200'000'000;
  RefineOptions common = {};
};

/// Weisfeiler-Leman over paths.
///
///     c_0(v) = l(v)
///     c_k(v) = (c_{k-1}(v), {{ (e(v,u1), c_{k-1}(u1), ..., e(.,uk), c_{k-1}(uk)) }})
///
/// over all paths v, u1, ..., uk of exactly k edges, k = 1 .. K: exactly K rounds, as a later round
/// sees longer paths and may refine what an earlier one did not. `stable` says that all K were run
/// (or common.rounds of them, where that is less: then it is false). A K of 1 is a round of 1-WL.
///
/// Shortest paths are not listed: a path counts as the product of random numbers of its (place,
/// edge label, colour) modulo 2^61 - 1, sums of products pass from node to node along the breadth
/// first search. Simple paths are walked one by one.
///
/// @throws InvalidArgument  if a graph is not one of check_wl_graph(), or length or max_steps < 0.
/// @par Cost    kShortest O(K n m); kSimple the number of paths, up to n d^K, d the largest degree.
///              Memory 2 bytes a pair of nodes (kShortest, suffix d, or K = 0), 40 bytes a node and
///              thread; exact: 8 (1 + K) bytes for each path of a round.
/// @par Source  Graziani et al.: The Expressive Power of Path-Based Graph Neural Networks, ICML
///              2024; Michel et al.: Path Neural Networks, ICML 2023.
[[nodiscard]] Refinement path_wl(std::span<const WlGraph> graphs,
                                 const PathWlOptions& options = {});

}  // namespace isthmus::expressivity
