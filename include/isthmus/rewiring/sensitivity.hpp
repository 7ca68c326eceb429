#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"

namespace isthmus::rewiring {

/// Options of influence().
struct InfluenceOptions {
  /// Numbers of layers k, each >= 0.
  std::vector<std::int32_t> steps = {2, 4, 8};
};

/// (Â^k)_vu for one pair and one k.
struct Influence {
  Edge pair = {};         ///< As asked for.
  std::int32_t hop = -1;  ///< -1: in different components.
  std::int32_t k = 0;
  double value = 0.0;  ///< 0 if hop > k or there is none.
};

/// How much of node u's input can reach node v in k layers of message passing:
/// (Â^k)_vu with Â = (D + I)^-1/2 (A + I) (D + I)^-1/2, which is the same both ways.
///
/// Of message functions with Lipschitz product c, c^k (Â^k)_vu bounds |d h_v^(k) / d h_u^(0)|: an
/// upper bound and no effect.
///
/// @return  For each pair in turn, one entry for each k in turn.
/// @throws InvalidArgument  if a pair names no node, a k is negative, or the graph is not simple.
/// @par Cost    For each different first node a search of its component and k times the edges
/// within
///              k hops; in parallel over such nodes; 28 N bytes a thread.
/// @par Source  Topping, Di Giovanni, Chamberlain, Dong, Bronstein: Understanding Over-squashing
/// and
///              Bottlenecks on Graphs via Curvature, ICLR 2022 (arXiv:2111.14522), Lemma 1.
[[nodiscard]] std::vector<Influence> influence(const Graph& graph, std::span<const Edge> pairs,
                                               const InfluenceOptions& options = {});

/// Options of influence_by_hop().
struct InfluenceByHopOptions {
  /// Layers, >= 0.
  std::int32_t steps = 8;
  /// Nodes to look from, >= 1: a sample by `seed`, or all where there are no more.
  NodeId roots = 1000;
  std::uint64_t seed = 0;
  ProgressCallback progress = {};
  CancelToken cancel = {};
};

/// What influence_by_hop() averaged.
struct InfluenceByHop {
  std::int32_t steps = 0;
  NodeId roots = 0;
  bool is_sample = false;           ///< Fewer roots than nodes: the means are estimates.
  std::vector<std::int64_t> pairs;  ///< Pairs (root, node) at hop h <= steps, at position h.
  std::vector<double> mean_log10;   ///< Mean of log10 (Â^k)_vu over them.
  Stop stop = Stop::kBudget;        ///< kLimit: cancelled, nothing is counted.
};

/// influence() of k layers from each root to every node within k hops, averaged by hop.
///
/// @throws InvalidArgument  for an option outside its range, or a graph that is not simple.
/// @par Cost  As influence(). The same bits for any number of threads.
[[nodiscard]] InfluenceByHop influence_by_hop(const Graph& graph,
                                              const InfluenceByHopOptions& options = {});

}  // namespace isthmus::rewiring
