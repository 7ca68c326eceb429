#include "rewired_list.hpp"

#include <algorithm>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace isthmus::cli {
namespace {

bool has_edge(const Graph& graph, const formats::EdgeRow& row) {
  const auto neighbours = graph.csr().row(row.v);
  return std::binary_search(neighbours.begin(), neighbours.end(), row.u);
}

bool is_among(std::span<const Edge> edges, const formats::EdgeRow& row) {
  return std::binary_search(edges.begin(), edges.end(), Edge{row.u, row.v});
}

/// Edges of `after` that the input has not, or that went and came back.
void append_new(const GraphArgument& input, const Graph& after, std::span<const Edge> fresh,
                std::int64_t type, std::vector<formats::EdgeRow>& rows) {
  const Graph& before = input.simple.graph;
  for (const Edge& edge : after.edges()) {
    const formats::EdgeRow row{.u = edge.u, .v = edge.v, .type = type};
    if (edge.v >= before.num_nodes() || !has_edge(before, row) || is_among(fresh, row)) {
      rows.push_back(row);
    }
  }
}

/// Each edge once more from its other end.
void append_reversed(std::vector<formats::EdgeRow>& rows) {
  const std::size_t size = rows.size();
  for (std::size_t i = 0; i < size; ++i) {
    formats::EdgeRow row = rows[i];
    if (row.u != row.v) {
      std::swap(row.u, row.v);
      rows.push_back(row);
    }
  }
}

}  // namespace

formats::EdgeList rewired_list(const GraphArgument& input, const Rewired& rewired,
                               const std::string& method, ListedArcs arcs) {
  formats::EdgeList list{.num_nodes = rewired.graph.num_nodes(),
                         .directed = rewired.directed,
                         .method = method,
                         .mode = rewired.mode,
                         .has_weight = rewired.has_weight || input.unit != WeightUnit::kIgnore,
                         .has_hop = rewired.has_hop};
  const std::vector<Edge> fresh = rewiring::fresh_edges(rewired.log);
  std::int64_t next_type = 1;
  for (const formats::EdgeRow& row : input.rows) {
    next_type = std::max(next_type, row.type + 1);
    const bool stays = row.u == row.v || (has_edge(rewired.graph, row) && !is_among(fresh, row));
    if (stays && !rewired.replaces) {
      list.rows.push_back(row);
    }
  }
  if (!rewired.lists_rows) {
    append_new(input, rewired.graph, fresh, next_type, list.rows);
  }
  // The input's edges are arcs, too, where the new ones are.
  if (rewired.directed) {
    append_reversed(list.rows);
  }
  for (formats::EdgeRow row : rewired.rows) {
    row.type += rewired.replaces ? 0 : next_type;
    list.rows.push_back(row);
  }
  if (!rewired.directed && arcs == ListedArcs::kBoth) {
    append_reversed(list.rows);
  }
  std::sort(list.rows.begin(), list.rows.end(),
            [](const formats::EdgeRow& a, const formats::EdgeRow& b) {
              return std::tuple(a.u, a.v, a.type) < std::tuple(b.u, b.v, b.type);
            });
  return list;
}

}  // namespace isthmus::cli
