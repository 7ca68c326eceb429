#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

#include "support/graph_factories.hpp"
#include "tuple_test_graphs.hpp"

/// What several tests of refinements share: the definition of 1-WL as an oracle, other names of
/// nodes, labels.
namespace isthmus::expressivity::refine_test {

/// What the definition gives, sharing no code with the source: a dictionary of sorted rows, joint
/// over all graphs, until its size stays.
struct SlowRounds {
  std::vector<std::int64_t> classes;
  std::vector<std::vector<int>> graph_class;
  std::vector<std::vector<int>> colour;
};

inline std::vector<int> graph_classes(const std::vector<std::vector<int>>& colour) {
  std::map<std::vector<int>, int> seen;
  std::vector<int> result;
  for (std::vector<int> sorted : colour) {
    std::sort(sorted.begin(), sorted.end());
    result.push_back(seen.emplace(sorted, static_cast<int>(seen.size())).first->second);
  }
  return result;
}

inline SlowRounds slow_rounds(const std::vector<WlGraph>& graphs, int max_rounds) {
  SlowRounds result;
  std::map<std::uint64_t, int> start;
  for (const WlGraph& g : graphs) {
    std::vector<int> own;
    for (std::size_t v = 0; v < static_cast<std::size_t>(g.graph.num_nodes()); ++v) {
      const std::uint64_t label = g.node_label.empty() ? 0 : g.node_label[v];
      own.push_back(start.emplace(label, static_cast<int>(start.size())).first->second);
    }
    result.colour.push_back(own);
  }
  result.classes.push_back(static_cast<std::int64_t>(start.size()));
  result.graph_class.push_back(graph_classes(result.colour));
  for (int round = 0; round < max_rounds; ++round) {
    std::map<std::pair<int, std::vector<std::pair<std::uint64_t, int>>>, int> table;
    std::vector<std::vector<int>> next(graphs.size());
    for (std::size_t g = 0; g < graphs.size(); ++g) {
      const CsrView csr = graphs[g].graph.csr();
      for (NodeId v = 0; v < csr.num_rows(); ++v) {
        std::vector<std::pair<std::uint64_t, int>> heard;
        auto arc = static_cast<std::size_t>(csr.rowptr[static_cast<std::size_t>(v)]);
        for (const NodeId u : csr.row(v)) {
          heard.emplace_back(graphs[g].edge_label.empty() ? 0 : graphs[g].edge_label[arc],
                             result.colour[g][static_cast<std::size_t>(u)]);
          ++arc;
        }
        std::sort(heard.begin(), heard.end());
        const int own = result.colour[g][static_cast<std::size_t>(v)];
        next[g].push_back(
            table.emplace(std::pair(own, heard), static_cast<int>(table.size())).first->second);
      }
    }
    if (static_cast<std::int64_t>(table.size()) == result.classes.back()) {
      break;
    }
    result.classes.push_back(static_cast<std::int64_t>(table.size()));
    result.colour = next;
    result.graph_class.push_back(graph_classes(next));
  }
  return result;
}

/// Equal up to the numbers of the classes.
template <typename A, typename B>
bool same_partition(const std::vector<A>& a, const std::vector<B>& b) {
  std::map<A, B> to;
  std::map<B, A> from;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (to.emplace(a[i], b[i]).first->second != b[i] ||
        from.emplace(b[i], a[i]).first->second != a[i]) {
      return false;
    }
  }
  return a.size() == b.size();
}

inline Graph two_triangles() { return test::copies(test::cycle(3), 2); }

/// Labels from a few values, edges alike both ways.
inline WlGraph labelled(const Graph& graph, std::uint64_t seed) {
  RandomStream draws(seed, 3);
  WlGraph result{graph};
  for (NodeId v = 0; v < graph.num_nodes(); ++v) {
    result.node_label.push_back(static_cast<std::uint64_t>(draws.integer(2)) << 40U);
  }
  for (const Edge& e : graph.arcs()) {
    result.edge_label.push_back(static_cast<std::uint64_t>((e.u + e.v) % 3));
  }
  return result;
}

}  // namespace isthmus::expressivity::refine_test
