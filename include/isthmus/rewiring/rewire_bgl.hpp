#pragma once

#include <type_traits>

#include "isthmus/graph/bgl_copy.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"

namespace isthmus::rewiring {

/// Does to a Boost graph what a log says, edit by edit: add_edge() and remove_edge() of its
/// vertices, with the default properties of an edge. Removing an edge takes all its parallels.
/// @param vertex  Of each node of the log, as bgl_vertices() gives them.
template <class BoostGraph, class Vertex>
void apply_edits(const EditLog& log, const std::vector<Vertex>& vertex, BoostGraph& g) {
  for (const Edit& edit : log.edits) {
    const Vertex u = vertex[static_cast<std::size_t>(edit.edge.u)];
    const Vertex v = vertex[static_cast<std::size_t>(edit.edge.v)];
    if (edit.kind == EditKind::kAdd) {
      add_edge(u, v, g);
    } else {
      remove_edge(u, v, g);
    }
  }
}

/// Rewires a Boost graph in place, by any step method of this room:
///
///     boost::adjacency_list<boost::vecS, boost::vecS, boost::undirectedS> g(34);
///     ...
///     const auto result = rewire_bgl(g, [](const Graph& graph) {
///       return gtr(graph, {.num_edges = 10});
///     });
///
/// The method sees the simple graph that g has (parallel edges merged, loops left out); its edits
/// are then done to g, whose loops, parallels and properties stay as they are.
///
/// @param g       Undirected; models VertexListGraph, EdgeListGraph and MutableGraph.
/// @param method  From a simple Graph to a result with a `log` (EditLog).
/// @param index   As in bgl_copy().
/// @return        What the method gave.
/// @throws InvalidArgument  as bgl_copy() and the method; g is then unchanged.
/// @par Cost  That of the method, and O(N + E) of a copy.
template <class BoostGraph, class Method, class IndexMap>
auto rewire_bgl(BoostGraph& g, const Method& method, IndexMap index) {
  using Direction = typename boost::graph_traits<BoostGraph>::directed_category;
  static_assert(!std::is_convertible_v<Direction, boost::directed_tag>,
                "rewire_bgl: rewiring is defined for undirected graphs");
  const auto vertex = bgl_vertices(g, index);
  auto result = method(simple_graph(bgl_copy(g, index)).graph);
  apply_edits(result.log, vertex, g);
  return result;
}

/// With the index that the graph has itself (boost::vertex_index).
template <class BoostGraph, class Method>
auto rewire_bgl(BoostGraph& g, const Method& method) {
  return rewire_bgl(g, method, get(boost::vertex_index, g));
}

}  // namespace isthmus::rewiring
