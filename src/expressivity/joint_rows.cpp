#include "joint_rows.hpp"

#include <algorithm>
#include <limits>
#include <string>

#include "isthmus/core/error.hpp"

namespace isthmus::expressivity {

JointGraph::JointGraph(std::span<const WlGraph> graphs, const char* function) {
  rows_.offset.reserve(graphs.size() + 1);
  rows_.offset.push_back(0);
  std::size_t arcs = 0;
  bool labelled = false;
  for (const WlGraph& graph : graphs) {
    check_wl_graph(graph, function);
    rows_.offset.push_back(rows_.offset.back() + graph.graph.num_nodes());
    arcs += static_cast<std::size_t>(graph.graph.num_edges());
    labelled = labelled || !graph.edge_label.empty();
  }
  if (rows_.offset.back() > std::numeric_limits<NodeId>::max()) {
    throw InvalidArgument(std::string(function) +
                          ": graphs must have fewer than 2^31 nodes in all, got " +
                          std::to_string(rows_.offset.back()));
  }
  if (graphs.size() == 1) {
    rows_.csr = graphs[0].graph.csr();
    rows_.edge_label = graphs[0].edge_label;
    return;
  }
  rowptr_.reserve(rows_.num_nodes() + 1);
  rowptr_.push_back(0);
  col_.reserve(arcs);
  if (labelled) {
    edge_label_.reserve(arcs);
  }
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const CsrView csr = graphs[g].graph.csr();
    const auto first_node = static_cast<NodeId>(rows_.offset[g]);
    const auto first_arc = static_cast<std::int64_t>(col_.size());
    for (NodeId v = 0; v < csr.num_rows(); ++v) {
      rowptr_.push_back(first_arc + csr.rowptr[static_cast<std::size_t>(v) + 1]);
    }
    for (const NodeId u : csr.col) {
      col_.push_back(first_node + u);
    }
    if (labelled && graphs[g].edge_label.empty()) {
      edge_label_.resize(col_.size(), 0);
    } else if (labelled) {
      edge_label_.insert(edge_label_.end(), graphs[g].edge_label.begin(),
                         graphs[g].edge_label.end());
    }
  }
  rows_.csr = {rowptr_, col_};
  rows_.edge_label = edge_label_;
}

LabelRanks rank_labels(std::span<const WlGraph> graphs, std::size_t num_nodes) {
  LabelRanks result;
  result.rank.assign(num_nodes, 0);
  for (const WlGraph& graph : graphs) {
    if (graph.node_label.empty() && graph.graph.num_nodes() > 0) {
      result.label.push_back(0);
    } else {
      result.label.insert(result.label.end(), graph.node_label.begin(), graph.node_label.end());
    }
  }
  std::sort(result.label.begin(), result.label.end());
  result.label.erase(std::unique(result.label.begin(), result.label.end()), result.label.end());
  if (result.label.size() < 2) {
    return result;
  }
  std::size_t next = 0;
  for (const WlGraph& graph : graphs) {
    const auto nodes = static_cast<std::size_t>(graph.graph.num_nodes());
    for (std::size_t v = 0; v < nodes; ++v) {
      const std::uint64_t label = graph.node_label.empty() ? 0 : graph.node_label[v];
      const auto place = std::lower_bound(result.label.begin(), result.label.end(), label);
      result.rank[next++] = static_cast<std::uint32_t>(place - result.label.begin());
    }
  }
  return result;
}

std::vector<std::vector<std::uint32_t>> cut_by_graph(std::span<const std::uint32_t> value,
                                                     std::span<const std::int64_t> offset) {
  std::vector<std::vector<std::uint32_t>> result;
  result.reserve(offset.size());
  for (std::size_t g = 0; g + 1 < offset.size(); ++g) {
    const auto part = value.subspan(static_cast<std::size_t>(offset[g]),
                                    static_cast<std::size_t>(offset[g + 1] - offset[g]));
    result.emplace_back(part.begin(), part.end());
  }
  return result;
}

}  // namespace isthmus::expressivity
