#include "twins.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>

#include "index.hpp"
#include "mix.hpp"

namespace isthmus::expressivity {
namespace {

enum class TwinKind : std::uint8_t { kApart, kAdjacent };

/// A row as it is compared: sorted neighbours, the node itself among them for adjacent twins, and
/// labels of arcs.
class TwinRow {
 public:
  TwinRow(const WlGraph& graph, TwinKind kind) : graph_(&graph), kind_(kind) {}

  [[nodiscard]] std::uint64_t hash(NodeId v) const {
    const CsrView csr = graph_->graph.csr();
    std::uint64_t sum = kind_ == TwinKind::kAdjacent ? mix(static_cast<std::uint64_t>(v)).a : 0;
    for (std::int64_t arc = csr.rowptr[index(v)]; arc < csr.rowptr[index(v) + 1]; ++arc) {
      const auto i = index(arc);
      const auto u = static_cast<std::uint64_t>(csr.col[i]);
      sum += graph_->edge_label.empty() ? mix(u).a : mix_pair(u, graph_->edge_label[i]).a;
    }
    return sum + mix(label(v)).b;
  }

  [[nodiscard]] bool equal(NodeId u, NodeId v) const {
    const CsrView csr = graph_->graph.csr();
    const std::span<const NodeId> row_u = csr.row(u);
    const std::span<const NodeId> row_v = csr.row(v);
    if (row_u.size() != row_v.size() || label(u) != label(v)) {
      return false;
    }
    if (kind_ == TwinKind::kApart) {
      const auto first = graph_->edge_label.begin();
      return std::equal(row_u.begin(), row_u.end(), row_v.begin()) &&
             (graph_->edge_label.empty() ||
              std::equal(first + csr.rowptr[index(u)], first + csr.rowptr[index(u) + 1],
                         first + csr.rowptr[index(v)]));
    }
    // Equal once u is left out of the row of v, and v out of the row of u.
    auto i = row_u.begin();
    auto j = row_v.begin();
    bool joined = false;
    while (true) {
      if (i != row_u.end() && *i == v) {
        joined = true;
        ++i;
      }
      if (j != row_v.end() && *j == u) {
        ++j;
      }
      if (i == row_u.end() || j == row_v.end()) {
        return joined && i == row_u.end() && j == row_v.end();
      }
      if (*i++ != *j++) {
        return false;
      }
    }
  }

 private:
  [[nodiscard]] std::uint64_t label(NodeId v) const {
    return graph_->node_label.empty() ? 0 : graph_->node_label[index(v)];
  }

  const WlGraph* graph_;
  TwinKind kind_;
};

}  // namespace

std::vector<NodeId> smallest_twins(const WlGraph& graph) {
  const auto n = static_cast<std::size_t>(graph.graph.num_nodes());
  std::vector<NodeId> smallest(n);
  std::iota(smallest.begin(), smallest.end(), NodeId{0});
  std::vector<NodeId> order(n);
  std::vector<std::uint64_t> hash(n);
  for (const TwinKind kind : {TwinKind::kApart, TwinKind::kAdjacent}) {
    if (kind == TwinKind::kAdjacent && !graph.edge_label.empty()) {
      continue;
    }
    const TwinRow rows(graph, kind);
    for (std::size_t v = 0; v < n; ++v) {
      order[v] = static_cast<NodeId>(v);
      hash[v] = rows.hash(order[v]);
    }
    const auto hash_of = [&](NodeId v) { return hash[static_cast<std::size_t>(v)]; };
    std::sort(order.begin(), order.end(), [&](NodeId u, NodeId v) {
      return hash_of(u) != hash_of(v) ? hash_of(u) < hash_of(v) : u < v;
    });
    // Nodes of one hash are twins but for a collision: then the later ones count as having none.
    for (std::size_t i = 0; i < n;) {
      const NodeId first = order[i];
      for (++i; i < n && hash_of(order[i]) == hash_of(first); ++i) {
        if (rows.equal(first, order[i])) {
          smallest[static_cast<std::size_t>(order[i])] = first;
        }
      }
    }
  }
  return smallest;
}

}  // namespace isthmus::expressivity
