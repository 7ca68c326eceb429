#pragma once

#include <algorithm>
#include <compare>
#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/train/rewire_config.hpp"

namespace isthmus::train {

/// An arc that a method puts into a graph.
struct NewArc {
  Edge arc = {};          ///< u -> v, u != v.
  std::int32_t type = 0;  ///< 0, 1, ...: the method's own, after those of the set.
  float weight = 1.0F;    ///< Of gdc.
  friend bool operator==(const NewArc&, const NewArc&) = default;
};

/// Order of the rows of a graph: destination, source, type.
[[nodiscard]] bool comes_before(const NewArc& a, const NewArc& b);

/// Pairs of nodes that arcs (anything with .arc) join, u < v, sorted, each once; loops join none.
template <typename Arcs>
[[nodiscard]] std::vector<Edge> joined_pairs(const Arcs& arcs) {
  std::vector<Edge> pairs;
  for (const auto& one : arcs) {
    if (one.arc.u != one.arc.v) {
      pairs.push_back({std::min(one.arc.u, one.arc.v), std::max(one.arc.u, one.arc.v)});
    }
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(std::unique(pairs.begin(), pairs.end()), pairs.end());
  return pairs;
}

/// What a method does to one simple graph.
struct GraphEdits {
  std::int64_t num_nodes = 0;      ///< After it: cgp appends nodes.
  std::vector<Edge> removed = {};  ///< Edges of the graph, u < v, sorted.
  std::vector<NewArc> added = {};  ///< By comes_before(); no two alike.
  friend bool operator==(const GraphEdits&, const GraphEdits&) = default;
};

/// Whether the arcs of a method stand instead of the graph's, with weights (gdc).
[[nodiscard]] bool replaces_edges(const RewireConfig& config);

/// Edits of a graph by the method of a config; a function of graph and config alone.
///
/// @param graph   Simple (simple_graph()).
/// @param config  As check_rewiring() takes it.
/// @throws InvalidArgument  for a budget beyond 64 bits. @throws Interrupted  on cancel.
[[nodiscard]] GraphEdits rewire_graph(const Graph& graph, const RewireConfig& config,
                                      const CancelToken& cancel = {});

}  // namespace isthmus::train
