#include "isthmus/datasets/snap.hpp"

#include <cstddef>
#include <utility>
#include <vector>

#include "isthmus/datasets/edge_list.hpp"

#include "assemble.hpp"

namespace isthmus::datasets {
namespace {

ArcList arcs_of(const Graph& graph) {
  ArcList list{.num_nodes = graph.num_nodes(), .src = {}, .dst = {}, .label = {}, .attribute = {}};
  for (const auto& [u, v] : graph.arcs()) {
    list.src.push_back(u);
    list.dst.push_back(v);
  }
  return list;
}

/// Every arc with its reverse, loops once.
ArcList both_ways(const SortedArcs& arcs, std::int64_t num_nodes) {
  ArcList list{.num_nodes = num_nodes, .src = {}, .dst = {}, .label = {}, .attribute = {}};
  for (std::size_t v = 0; v + 1 < arcs.rowptr.size(); ++v) {
    const auto dst = static_cast<NodeId>(v);
    for (auto i = static_cast<std::size_t>(arcs.rowptr[v]);
         i < static_cast<std::size_t>(arcs.rowptr[v + 1]); ++i) {
      list.src.push_back(arcs.col[i]);
      list.dst.push_back(dst);
      if (arcs.col[i] != dst) {
        list.src.push_back(dst);
        list.dst.push_back(arcs.col[i]);
      }
    }
  }
  return list;
}

}  // namespace

Dataset read_snap(const std::filesystem::path& path, EdgeDirection direction,
                  const LoadOptions& options) {
  EdgeListGraph list = read_edge_list(path);
  const bool undirected = direction == EdgeDirection::kUndirected;
  Dataset dataset;
  dataset.name = path.stem().string();
  dataset.task = Task::kNode;
  dataset.report = std::move(list.report);
  dataset.report.format = "snap";
  dataset.node_names = std::move(list.names);
  const std::int64_t num_nodes = list.graph.num_nodes();
  SortedArcs arcs = sort_arcs(arcs_of(list.graph),
                              {.drop_loops = undirected && !options.keep_loops,
                               .merge_duplicates = undirected || !options.keep_duplicates},
                              dataset.report);
  if (undirected) {
    LoadReport symmetric;
    arcs = sort_arcs(both_ways(arcs, num_nodes), {.merge_duplicates = true}, symmetric);
    dataset.report.arcs_kept = symmetric.arcs_kept;
    dataset.report.isolated_nodes = symmetric.isolated_nodes;
  }
  set_graphs(std::move(arcs), {0, num_nodes}, dataset);
  dataset.x.num_rows = num_nodes;
  return dataset;
}

}  // namespace isthmus::datasets
