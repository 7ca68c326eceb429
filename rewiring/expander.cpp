#include "isthmus/rewiring/expander.hpp"

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <unordered_map>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

namespace isthmus::rewiring {
namespace {

/// |SL(2, Z_q)|.
std::int64_t order_of_group(std::int64_t q) {
  std::int64_t order = q * q * q;
  std::int64_t rest = q;
  for (std::int64_t p = 2; rest > 1; ++p) {
    if (rest % p == 0) {
      order = order / (p * p) * (p * p - 1);
    }
    while (rest % p == 0) {
      rest /= p;
    }
  }
  return order;
}

/// [[a, b], [c, d]] modulo q; q < 2^16, as N < 2^31.
struct Matrix {
  std::uint64_t a = 1;
  std::uint64_t b = 0;
  std::uint64_t c = 0;
  std::uint64_t d = 1;

  [[nodiscard]] std::uint64_t key() const noexcept {
    return ((a << 16U | b) << 16U | c) << 16U | d;
  }
};

/// Times [[1,1],[0,1]], its inverse, [[1,0],[1,1]], its inverse.
std::array<Matrix, 4> neighbours_of(const Matrix& m, std::uint64_t q) {
  const auto sum = [q](std::uint64_t x, std::uint64_t y) { return (x + y) % q; };
  const auto difference = [q](std::uint64_t x, std::uint64_t y) { return (x + q - y) % q; };
  return {Matrix{m.a, sum(m.a, m.b), m.c, sum(m.c, m.d)},
          Matrix{m.a, difference(m.b, m.a), m.c, difference(m.d, m.c)},
          Matrix{sum(m.a, m.b), m.b, sum(m.c, m.d), m.d},
          Matrix{difference(m.a, m.b), m.b, difference(m.c, m.d), m.d}};
}

/// Edges among the first `nodes` nodes of the Cayley graph, sorted. @pre nodes <= its order.
std::vector<Edge> cayley_edges(std::int32_t q, NodeId nodes) {
  if (nodes == 0) {
    return {};
  }
  std::vector<Matrix> found{Matrix{}};
  std::unordered_map<std::uint64_t, NodeId> id{{found[0].key(), 0}};
  std::vector<Edge> edges;
  for (std::size_t at = 0; at < found.size(); ++at) {
    for (const Matrix& next : neighbours_of(found[at], static_cast<std::uint64_t>(q))) {
      auto place = id.find(next.key());
      if (place == id.end()) {
        if (static_cast<NodeId>(found.size()) == nodes) {
          continue;
        }
        place = id.emplace(next.key(), static_cast<NodeId>(found.size())).first;
        found.push_back(next);
      }
      if (place->second > static_cast<NodeId>(at)) {
        edges.push_back({static_cast<NodeId>(at), place->second});
      }
    }
  }
  std::sort(edges.begin(), edges.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());  // q = 2: each comes twice
  return edges;
}

}  // namespace

ExpanderResult expander(const Graph& graph, const ExpanderOptions& options) {
  check_simple(graph, "expander");
  ExpanderResult result;
  while (order_of_group(result.q) < graph.num_nodes()) {
    ++result.q;
  }
  const std::int64_t nodes =
      options.kind == ExpanderKind::kCgp ? order_of_group(result.q) : graph.num_nodes();
  if (nodes > std::numeric_limits<NodeId>::max()) {
    throw ResourceLimit("expander: the Cayley graph must have fewer than 2^31 nodes, got " +
                        std::to_string(nodes));
  }
  result.virtual_nodes = static_cast<NodeId>(nodes) - graph.num_nodes();
  result.edges = cayley_edges(result.q, static_cast<NodeId>(nodes));
  std::vector<Edge> all = graph.edges();
  const std::size_t own = all.size();
  all.insert(all.end(), result.edges.begin(), result.edges.end());
  std::inplace_merge(all.begin(), all.begin() + static_cast<std::ptrdiff_t>(own), all.end());
  all.erase(std::unique(all.begin(), all.end()), all.end());
  result.already_edges = static_cast<std::int64_t>(own + result.edges.size() - all.size());
  result.graph = Graph::from_edges(static_cast<NodeId>(nodes), all);
  return result;
}

}  // namespace isthmus::rewiring
