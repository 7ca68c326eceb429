#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/plan.hpp"

#include "plan_parts.hpp"
#include "positions.hpp"

namespace isthmus {
namespace graph_detail {

/// How many nodes there are, and whether sources and destinations are two kinds of them.
struct Shape {
  NodeId num_src = 0;
  NodeId num_dst = 0;
  bool bipartite = false;
};

/// Incoming arcs by destination in canonical order: ascending source, then position in the input.
struct Arrays {
  std::vector<std::int64_t> rowptr;
  std::vector<NodeId> col;
  Positions eid;  ///< Empty for the identity.
};

/// Stable counting sort of arcs src[e] -> dst[e], O(N + E). @pre ids fit the shape.
[[nodiscard]] Arrays sort_arcs(const Shape& shape, std::span<const NodeId> src,
                               std::span<const NodeId> dst,
                               EdgeId max_narrow_edges = kMaxNarrowEdges);

/// Ids of the nodes of a reordered graph, there and back.
struct Renumbering {
  std::vector<NodeId> original;  ///< By id.
  std::vector<NodeId> id;        ///< By original id.
};
using SharedRenumbering = std::shared_ptr<const Renumbering>;

/// The graph that owns these arrays, with its transpose if that is known already.
/// @pre canonical order (by original ids, where there are any); positions are a permutation or
/// empty.
[[nodiscard]] Graph make_graph(const Shape& shape, Arrays arrays,
                               std::optional<Transpose> transpose = std::nullopt,
                               EdgeId max_narrow_edges = kMaxNarrowEdges,
                               SharedRenumbering renumbering = nullptr);

/// Arcs in the order of the caller's input, the inverse of sort_arcs().
struct ArcList {
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
};
[[nodiscard]] ArcList arcs_in_input_order(const Graph& graph);

}  // namespace graph_detail

struct Graph::Storage {
  Storage(const graph_detail::Shape& shape_of, graph_detail::Arrays arrays_of,
          std::optional<graph_detail::Transpose> transpose, EdgeId max_narrow_edges,
          graph_detail::SharedRenumbering renumbering_of);

  [[nodiscard]] CsrView csr() const noexcept { return {arrays.rowptr, arrays.col}; }

  graph_detail::Shape shape;
  graph_detail::Arrays arrays;
  graph_detail::SharedRenumbering renumbering;  ///< Null unless reordered.
  Plan::Parts* parts;                           ///< Owned by the plan, for the room's own use.
  Plan plan;
  mutable std::once_flag loops_once;
  mutable bool has_loops = false;
  mutable std::once_flag loop_free_once;
  mutable std::optional<Graph> loop_free;  ///< Set by without_self_loops() where there are loops.

 private:
  Storage(const graph_detail::Shape& shape_of, graph_detail::Arrays arrays_of,
          graph_detail::SharedRenumbering renumbering_of, std::unique_ptr<Plan::Parts> plan_parts);
};

}  // namespace isthmus
