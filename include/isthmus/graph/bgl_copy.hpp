#pragma once

#include <string>
#include <type_traits>
#include <vector>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// Vertices of a Boost graph by their index, 0 .. N-1.
/// @param g      Models VertexListGraph.
/// @param index  Readable property map from vertices to 0 .. N-1, each once.
/// @throws InvalidArgument  if it is not.
template <class BoostGraph, class IndexMap>
[[nodiscard]] std::vector<typename boost::graph_traits<BoostGraph>::vertex_descriptor> bgl_vertices(
    const BoostGraph& g, IndexMap index) {
  using Vertex = typename boost::graph_traits<BoostGraph>::vertex_descriptor;
  const auto count = static_cast<std::size_t>(num_vertices(g));
  std::vector<Vertex> by_index(count, boost::graph_traits<BoostGraph>::null_vertex());
  const auto [first, last] = vertices(g);
  for (auto it = first; it != last; ++it) {
    const auto i = static_cast<std::size_t>(get(index, *it));
    if (i >= count || by_index[i] != boost::graph_traits<BoostGraph>::null_vertex()) {
      throw InvalidArgument("bgl_vertices: index must number the vertices 0.." +
                            std::to_string(count) + " - 1, each once, got " + std::to_string(i));
    }
    by_index[i] = *it;
  }
  return by_index;
}

/// A copy of a Boost graph: node index[v] for each vertex v, arcs u -> v of a directed graph, both
/// arcs of each edge of an undirected one. Parallel edges and loops stay; simple_graph() takes them
/// away. The way back are the views of graph/bgl.hpp, which copy nothing.
///
/// @param g  Models VertexListGraph and EdgeListGraph; any container, any properties.
/// @throws InvalidArgument  as bgl_vertices(); for more than 2^31 - 1 vertices.
/// @par Cost  O(N + E).
template <class BoostGraph, class IndexMap>
[[nodiscard]] Graph bgl_copy(const BoostGraph& g, IndexMap index) {
  const auto by_index = bgl_vertices(g, index);  // Checks the index.
  std::vector<std::int64_t> src;
  std::vector<std::int64_t> dst;
  auto [it, last] = edges(g);
  for (; it != last; ++it) {
    const auto u = static_cast<std::int64_t>(get(index, source(*it, g)));
    const auto v = static_cast<std::int64_t>(get(index, target(*it, g)));
    src.push_back(u);
    dst.push_back(v);
    using Category = typename boost::graph_traits<BoostGraph>::directed_category;
    if (!std::is_convertible_v<Category, boost::directed_tag> && u != v) {
      src.push_back(v);
      dst.push_back(u);
    }
  }
  const auto count = static_cast<std::int64_t>(by_index.size());
  return Graph::from_coo64(count, count, src, dst);
}

/// With the index that the graph has itself (boost::vertex_index).
template <class BoostGraph>
[[nodiscard]] Graph bgl_copy(const BoostGraph& g) {
  return bgl_copy(g, get(boost::vertex_index, g));
}

}  // namespace isthmus
