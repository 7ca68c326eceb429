#pragma once

#include <algorithm>
#include <cstdint>
#include <initializer_list>
#include <map>
#include <utility>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

#include "expressivity/mix.hpp"

/// Graphs that tests of tuples are run on.
namespace isthmus::test {

/// The same graph with labels of nodes (two values, one beyond 2^32) and of edges (two values).
inline expressivity::WlGraph with_labels(const Graph& graph, std::uint64_t seed) {
  RandomStream draws(seed, 78);
  expressivity::WlGraph result = {.graph = graph};
  for (NodeId v = 0; v < graph.num_nodes(); ++v) {
    result.node_label.push_back(draws.integer(3) == 0 ? std::uint64_t{1} << 40U : 1);
  }
  std::map<Edge, std::uint64_t> label;
  for (const Edge& edge : graph.edges()) {
    label[edge] = draws.integer(2) == 0 ? 3 : 0;
  }
  for (const auto& [u, v] : graph.arcs()) {
    result.edge_label.push_back(label.at({std::min(u, v), std::max(u, v)}));
  }
  return result;
}

/// Nodes 4x + y; x y and x' y' are joined if their difference modulo 4 is one of the steps or the
/// negative of one.
inline Graph cayley_4x4(std::initializer_list<std::pair<int, int>> steps) {
  std::vector<Edge> edges;
  for (int x = 0; x < 4; ++x) {
    for (int y = 0; y < 4; ++y) {
      for (const auto& [dx, dy] : steps) {
        edges.push_back({4 * x + y, 4 * ((x + dx) % 4) + (y + dy) % 4});
      }
    }
  }
  for (Edge& edge : edges) {
    edge = {std::min(edge.u, edge.v), std::max(edge.u, edge.v)};
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return Graph::from_edges(16, edges);
}

/// srg(16,6,2,2), neighbours of a node form a hexagon.
inline Graph shrikhande() { return cayley_4x4({{1, 0}, {0, 1}, {1, 1}}); }
/// srg(16,6,2,2), neighbours of a node form two triangles: the 4x4 rook's graph.
inline Graph rook_4x4() { return cayley_4x4({{1, 0}, {2, 0}, {0, 1}, {0, 2}}); }

/// Copies of a graph side by side.
inline Graph copies(const Graph& graph, NodeId count) {
  std::vector<Edge> edges;
  const NodeId n = graph.num_nodes();
  for (NodeId c = 0; c < count; ++c) {
    for (const Edge& edge : graph.edges()) {
      edges.push_back({c * n + edge.u, c * n + edge.v});
    }
  }
  return Graph::from_edges(count * n, edges);
}

/// Where mixes are cut short, only exact classes can be relied on.
inline expressivity::RefineOptions reliable(expressivity::RefineOptions options = {}) {
  options.exact = options.exact || ISTHMUS_WL_MIX_BITS < 64;
  return options;
}

/// The first round in which graphs 0 and 1 differ; -1 if none.
inline int first_round(const expressivity::Refinement& result) {
  for (std::size_t r = 0; r < result.graph_class.size(); ++r) {
    if (result.graph_class[r][0] != result.graph_class[r][1]) {
      return static_cast<int>(r);
    }
  }
  return -1;
}

}  // namespace isthmus::test
