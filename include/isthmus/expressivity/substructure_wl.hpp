#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// What substructure_wl() adds to the labels of 1-WL.
enum class WlSubstructure : std::uint8_t {
  /// S_k: how many connected induced subgraphs of k nodes contain the node, by isomorphism type.
  kConnectedSubgraphs,
  /// N_k: the isomorphism class of the subgraph induced by the nodes at most k hops away.
  kBall,
  /// GSN: how often the node plays a part in each pattern, a counter per orbit of its nodes.
  kPatternNodes,
  /// GSN: the same of edges, a counter per orbit of the pattern's edges, as labels of edges.
  kPatternEdges,
};

/// Whether the isomorphisms of balls must map centre to centre.
enum class BallCentre : std::uint8_t { kPlain, kMarked };

/// When a part of the graph is a copy of a pattern.
enum class PatternMatch : std::uint8_t {
  kSubgraph,  ///< It has the pattern's edges, and others perhaps.
  kInduced,   ///< It has the pattern's edges between these nodes and no others.
};

/// Options of substructure_wl().
struct SubstructureWlOptions {
  WlSubstructure substructure = WlSubstructure::kConnectedSubgraphs;
  /// kConnectedSubgraphs: nodes, 2..6; kBall: hops, >= 0.
  std::int32_t k = 3;
  BallCentre centre = BallCentre::kPlain;
  /// kPattern...: connected graphs of 1 to 12 nodes; kPatternEdges: with an edge.
  std::span<const Graph> patterns = {};
  PatternMatch match = PatternMatch::kSubgraph;
  /// Subgraphs or partial copies to look at, >= 0: beyond, the test is undecided.
  std::int64_t max_steps = 2'000'000'000;
  /// kBall: nodes of the search tree that one test of isomorphism may use, >= 0: beyond, the test
  /// is undecided.
  std::int64_t max_search_nodes = 1'000'000;
  RefineOptions common = {};
};

/// 1-WL whose first labels count substructures: c_0(v) = (l(v), s(v)), s as above; then
/// color_refinement(). Round 0 is the partition by these labels.
///
/// Isomorphism types respect node and edge labels; patterns have none and match any. Counts and
/// types are exact and common to all graphs of the call, balls are told apart by isomorphism tests
/// whose mappings were checked: the result is certain.
///
/// @throws InvalidArgument  if a graph is not one of check_wl_graph() or an option is outside its
///                          range; names the pattern that is not connected or too large.
/// @par Cost    kConnectedSubgraphs: their number, up to n d^(k-1) k!; kBall: an isomorphism test
///              of each ball with those that colour refinement does not tell from it; patterns: the
///              partial copies, up to n d^(p-1). Memory 8 bytes a node (an edge) and counter;
///              balls: one of each class, and its colours.
/// @par Source  Papp, Wattenhofer: A Theoretical Comparison of Graph Neural Network Extensions,
/// ICML
///              2022 (S_k, N_k); Bouritsas et al.: Improving Graph Neural Network Expressivity via
///              Subgraph Isomorphism Counting, TPAMI 2022 (GSN).
[[nodiscard]] Refinement substructure_wl(std::span<const WlGraph> graphs,
                                         const SubstructureWlOptions& options = {});

}  // namespace isthmus::expressivity
