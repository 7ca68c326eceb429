#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

#include "support/relabelled.hpp"

/// Graphs under other names: no verdict, colour or hash may notice.
namespace isthmus::test {

/// Node v becomes order[v]; labels go along.
inline expressivity::WlGraph relabelled(const expressivity::WlGraph& graph,
                                        const std::vector<NodeId>& order) {
  expressivity::WlGraph result = {.graph = relabelled(graph.graph, order)};
  if (!graph.edge_label.empty()) {
    std::map<Edge, std::uint64_t> label;
    std::size_t slot = 0;
    for (const Edge& arc : graph.graph.arcs()) {
      label[{order[static_cast<std::size_t>(arc.u)], order[static_cast<std::size_t>(arc.v)]}] =
          graph.edge_label[slot];
      ++slot;
    }
    for (const Edge& arc : result.graph.arcs()) {
      result.edge_label.push_back(label.at(arc));
    }
  }
  result.node_label.resize(graph.node_label.size());
  for (std::size_t v = 0; v < graph.node_label.size(); ++v) {
    result.node_label[static_cast<std::size_t>(order[v])] = graph.node_label[v];
  }
  return result;
}

/// The same with an order drawn from the seed.
inline expressivity::WlGraph shuffled(const expressivity::WlGraph& graph, std::uint64_t seed) {
  const std::vector<std::int64_t> order =
      RandomStream(seed, 77).permutation(graph.graph.num_nodes());
  return relabelled(graph, std::vector<NodeId>(order.begin(), order.end()));
}

}  // namespace isthmus::test
