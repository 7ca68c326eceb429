#include "isthmus/graph/layer_graphs.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

#include "storage.hpp"

namespace isthmus {
namespace {

/// The first `num_nodes` nodes and the arcs into the first `num_rows` of them.
Graph prefix(CsrView csr, std::int64_t num_nodes, std::int64_t num_rows) {
  const auto rows = static_cast<std::size_t>(num_rows);
  const auto num_arcs = static_cast<std::size_t>(csr.rowptr[rows]);
  graph_detail::Arrays arrays;
  arrays.rowptr.reserve(static_cast<std::size_t>(num_nodes) + 1);
  arrays.rowptr.assign(csr.rowptr.begin(), csr.rowptr.begin() + num_rows + 1);
  arrays.rowptr.resize(static_cast<std::size_t>(num_nodes) + 1, csr.rowptr[rows]);
  arrays.col.assign(csr.col.begin(), csr.col.begin() + static_cast<std::ptrdiff_t>(num_arcs));
  const auto beyond = std::find_if(arrays.col.begin(), arrays.col.end(),
                                   [num_nodes](NodeId source) { return source >= num_nodes; });
  if (beyond != arrays.col.end()) {
    throw InvalidArgument("layer_graphs: arcs into the first " + std::to_string(num_rows) +
                          " nodes must come from the first " + std::to_string(num_nodes) +
                          ", got one from " + std::to_string(*beyond) +
                          "; sample with SampledArcs::kDirectional or kDisjoint");
  }
  const auto n = static_cast<NodeId>(num_nodes);
  return graph_detail::make_graph({n, n, false}, std::move(arrays));
}

}  // namespace

std::vector<Graph> layer_graphs(const NeighborSample& sample) {
  const std::size_t layers = sample.num_sampled_edges.size();
  std::vector<Graph> graphs(layers);
  std::int64_t rows = 0;  // of hops 0 .. hop
  for (std::size_t hop = 0; hop < layers; ++hop) {
    rows += sample.num_sampled_nodes[hop];
    const std::int64_t nodes = rows + sample.num_sampled_nodes[hop + 1];
    graphs[layers - 1 - hop] =
        hop + 1 == layers ? sample.graph : prefix(sample.graph.csr(), nodes, rows);
  }
  return graphs;
}

}  // namespace isthmus
