#pragma once

#include <cstddef>
#include <type_traits>
#include <utility>

#include <boost/graph/graph_traits.hpp>
#include <boost/graph/properties.hpp>
#include <boost/iterator/counting_iterator.hpp>
#include <boost/property_map/property_map.hpp>

#include "isthmus/graph/bgl_view.hpp"

/// Boost.Graph on our graphs: include this, then call its algorithms on as_directed(graph) or
/// as_undirected(graph). Tested with: breadth- and depth-first search, Dijkstra, strong components,
/// topological sort, Brandes betweenness (directed); connected and biconnected components, Kruskal,
/// Boyer-Myrvold planarity, maximum cardinality matching (undirected).
namespace isthmus {

// What the concepts ask for; found by argument-dependent lookup.
template <bool kD>
std::pair<boost::counting_iterator<NodeId>, boost::counting_iterator<NodeId>> vertices(
    const BglView<kD>& g) {
  return {boost::counting_iterator<NodeId>(0),
          boost::counting_iterator<NodeId>(g.graph().num_nodes())};
}
template <bool kD>
std::size_t num_vertices(const BglView<kD>& g) {
  return static_cast<std::size_t>(g.graph().num_nodes());
}
template <bool kD>
std::size_t num_edges(const BglView<kD>& g) {
  return g.num_edges();
}
template <bool kD>
auto edges(const BglView<kD>& g) {
  using Iterator = typename BglView<kD>::EdgeIterator;
  return std::pair(Iterator(&g, 0, 0), Iterator(&g, 0, g.rows().num_edges()));
}
template <bool kD>
NodeId source(const BglEdge& edge, const BglView<kD>& /*g*/) {
  return edge.source;
}
template <bool kD>
NodeId target(const BglEdge& edge, const BglView<kD>& g) {
  return g.target(edge);
}
template <bool kD>
auto out_edges(NodeId u, const BglView<kD>& g) {
  using Iterator = typename BglView<kD>::OutEdgeIterator;
  const auto i = static_cast<std::size_t>(u);
  return std::pair(Iterator(&g, u, g.rows().rowptr[i]), Iterator(&g, u, g.rows().rowptr[i + 1]));
}
template <bool kD>
std::size_t out_degree(NodeId u, const BglView<kD>& g) {
  return static_cast<std::size_t>(g.rows().degree(u));
}
template <bool kD>
std::pair<const NodeId*, const NodeId*> adjacent_vertices(NodeId u, const BglView<kD>& g) {
  const auto row = g.rows().row(u);
  return {row.data(), row.data() + row.size()};
}
template <bool kD>
boost::typed_identity_property_map<NodeId> get(boost::vertex_index_t /*tag*/,
                                               const BglView<kD>& /*g*/) {
  return {};
}
template <bool kD>
NodeId get(boost::vertex_index_t /*tag*/, const BglView<kD>& /*g*/, NodeId v) {
  return v;
}
template <bool kD>
BglEdgeIndex get(boost::edge_index_t /*tag*/, const BglView<kD>& g) {
  return g.edge_index();
}
template <bool kD>
EdgeId get(boost::edge_index_t /*tag*/, const BglView<kD>& g, const BglEdge& edge) {
  return get(g.edge_index(), edge);
}

}  // namespace isthmus

namespace boost {

template <bool kD>
struct graph_traits<isthmus::BglView<kD>> {
  using vertex_descriptor = isthmus::NodeId;
  using edge_descriptor = isthmus::BglEdge;
  using directed_category = std::conditional_t<kD, directed_tag, undirected_tag>;
  using edge_parallel_category = allow_parallel_edge_tag;
  using traversal_category = typename isthmus::BglView<kD>::traversal_category;
  using vertex_iterator = counting_iterator<isthmus::NodeId>;
  using edge_iterator = typename isthmus::BglView<kD>::EdgeIterator;
  using out_edge_iterator = typename isthmus::BglView<kD>::OutEdgeIterator;
  using adjacency_iterator = const isthmus::NodeId*;
  using in_edge_iterator = void;
  using vertices_size_type = std::size_t;
  using edges_size_type = std::size_t;
  using degree_size_type = std::size_t;
  static constexpr vertex_descriptor null_vertex() { return -1; }
};
template <bool kD>
struct graph_traits<const isthmus::BglView<kD>> : graph_traits<isthmus::BglView<kD>> {};

template <bool kD>
struct property_map<isthmus::BglView<kD>, vertex_index_t> {
  using type = typed_identity_property_map<isthmus::NodeId>;
  using const_type = type;
};
template <bool kD>
struct property_map<const isthmus::BglView<kD>, vertex_index_t>
    : property_map<isthmus::BglView<kD>, vertex_index_t> {};
template <bool kD>
struct property_map<isthmus::BglView<kD>, edge_index_t> {
  using type = isthmus::BglEdgeIndex;
  using const_type = type;
};
template <bool kD>
struct property_map<const isthmus::BglView<kD>, edge_index_t>
    : property_map<isthmus::BglView<kD>, edge_index_t> {};

}  // namespace boost
