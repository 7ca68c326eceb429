#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <numeric>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/datasets/graph6.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

#include "expressivity/expressivity_data.hpp"
#include "expressivity/shuffled.hpp"
#include "expressivity/tuple_test_graphs.hpp"
#include "support/graph_factories.hpp"

/// What the tests around isomorphism share: graphs, other names, and the definition by trying all
/// permutations.
namespace isthmus::expressivity::isomorphism_cases {

inline WlGraph plain(const Graph& graph) {
  return {.graph = graph, .node_label = {}, .edge_label = {}};
}

inline WlGraph from_graph6(const std::string& text) { return plain(datasets::parse_graph6(text)); }

using LabelledEdges = std::map<std::pair<NodeId, NodeId>, std::uint64_t>;

inline LabelledEdges labelled_edges(const WlGraph& graph) {
  LabelledEdges result;
  std::size_t arc = 0;
  for (const auto& [u, v] : graph.graph.arcs()) {
    result[{u, v}] = graph.edge_label.empty() ? 0 : graph.edge_label[arc];
    ++arc;
  }
  return result;
}

using test::shuffled;

/// Labels from `node_labels` and `edge_labels` values; 0: none at all.
inline WlGraph random_graph(NodeId n, double p, std::uint64_t seed, std::int64_t node_labels = 0,
                            std::int64_t edge_labels = 0) {
  WlGraph graph = plain(test::erdos_renyi(n, p, seed));
  RandomStream draws(seed, 12);
  for (NodeId v = 0; node_labels > 0 && v < n; ++v) {
    graph.node_label.push_back(static_cast<std::uint64_t>(draws.integer(node_labels)) << 40U);
  }
  LabelledEdges label;
  for (const auto& [u, v] : graph.graph.arcs()) {
    if (edge_labels > 0) {
      const auto place = label.find({v, u});
      label[{u, v}] = place != label.end() ? place->second
                                           : static_cast<std::uint64_t>(draws.integer(edge_labels));
      graph.edge_label.push_back(label[{u, v}]);
    }
  }
  return graph;
}

/// All permutations that map a onto b, labels included. n <= 8.
inline std::vector<std::vector<NodeId>> all_isomorphisms(const WlGraph& a, const WlGraph& b) {
  std::vector<std::vector<NodeId>> result;
  if (a.graph.num_nodes() != b.graph.num_nodes()) {
    return result;
  }
  const auto label = [](const WlGraph& graph, std::size_t v) {
    return graph.node_label.empty() ? 0 : graph.node_label[v];
  };
  const LabelledEdges of_a = labelled_edges(a);
  const LabelledEdges of_b = labelled_edges(b);
  std::vector<NodeId> name(static_cast<std::size_t>(a.graph.num_nodes()));
  std::iota(name.begin(), name.end(), NodeId{0});
  do {
    LabelledEdges image;
    for (const auto& [arc, value] : of_a) {
      image[{name[static_cast<std::size_t>(arc.first)],
             name[static_cast<std::size_t>(arc.second)]}] = value;
    }
    bool same = image == of_b;
    for (std::size_t v = 0; same && v < name.size(); ++v) {
      same = label(a, v) == label(b, static_cast<std::size_t>(name[v]));
    }
    if (same) {
      result.push_back(name);
    }
  } while (std::next_permutation(name.begin(), name.end()));
  return result;
}

inline WlGraph rook_of_four() { return plain(test::rook_4x4()); }
inline WlGraph shrikhande() { return plain(test::shrikhande()); }

/// Disjoint cycles of the given lengths.
inline WlGraph cycles(const std::vector<NodeId>& lengths) {
  std::vector<Edge> edges;
  NodeId first = 0;
  for (const NodeId length : lengths) {
    for (NodeId i = 0; i < length; ++i) {
      edges.push_back({first + i, first + (i + 1) % length});
    }
    first += length;
  }
  return plain(Graph::from_edges(first, edges));
}

/// A file below the folder of expressivity data; nothing if it is not there.
inline std::optional<std::filesystem::path> expressivity_file(const std::string& name) {
  const std::filesystem::path path = test::expressivity_data() / name;
  return std::filesystem::is_regular_file(path) ? std::optional(path) : std::nullopt;
}

inline std::vector<WlGraph> graphs_of(const std::filesystem::path& path) {
  std::vector<WlGraph> graphs;
  for (const Graph& graph : datasets::read_graph6(path).graphs) {
    graphs.push_back(plain(graph));
  }
  return graphs;
}

}  // namespace isthmus::expressivity::isomorphism_cases

/// Binds `path` to a file of the expressivity data, or skips the running test.
#define ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, name)                                      \
  const auto path = ::isthmus::expressivity::isomorphism_cases::expressivity_file(name); \
  if (!path) {                                                                           \
    GTEST_SKIP() << "no expressivity/" << (name) << " in ISTHMUS_DATA";                  \
  }                                                                                      \
  static_assert(true, "")
