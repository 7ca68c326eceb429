#include "motif_graph.hpp"

#include <algorithm>
#include <cstddef>
#include <numeric>
#include <set>
#include <utility>

#include "isthmus/datasets/splits.hpp"

#include "assemble.hpp"
#include "streams.hpp"

namespace isthmus::datasets {
namespace {

constexpr std::int64_t kFeatures = 10;

}  // namespace

NodeId MotifGraph::add_base(std::int64_t count, std::int64_t label) {
  const auto first = static_cast<NodeId>(num_nodes());
  label_.resize(label_.size() + static_cast<std::size_t>(count), label);
  in_motif_.resize(label_.size(), 0);
  return first;
}

void MotifGraph::add_edge(NodeId u, NodeId v) {
  edges_.push_back({std::min(u, v), std::max(u, v)});
  edge_in_motif_.push_back(0);
}

void MotifGraph::add_barabasi_albert(std::int64_t n, std::int64_t m, RandomStream& random) {
  add_base(n, 0);
  std::vector<NodeId> ends;  // every node as often as it has edges
  std::vector<NodeId> targets(static_cast<std::size_t>(m));
  std::iota(targets.begin(), targets.end(), 0);
  for (auto v = static_cast<NodeId>(m); v < n; ++v) {
    for (const NodeId u : targets) {
      add_edge(u, v);
      ends.push_back(u);
      ends.push_back(v);
    }
    targets.clear();
    while (targets.size() < static_cast<std::size_t>(m)) {
      const NodeId u =
          ends[static_cast<std::size_t>(random.integer(static_cast<std::int64_t>(ends.size())))];
      if (std::find(targets.begin(), targets.end(), u) == targets.end()) {
        targets.push_back(u);
      }
    }
  }
}

void MotifGraph::add_motif_nodes(std::int64_t count, std::int64_t label) {
  add_base(count, label);
  std::fill(in_motif_.end() - count, in_motif_.end(), std::uint8_t{1});
}

void MotifGraph::add_motif_edge(NodeId u, NodeId v) {
  add_edge(u, v);
  edge_in_motif_.back() = 1;
}

NodeId MotifGraph::add_house(std::int64_t first) {
  const auto a = static_cast<NodeId>(num_nodes());
  add_motif_nodes(2, first);
  add_motif_nodes(2, first + 1);
  add_motif_nodes(1, first + 2);
  for (NodeId i = 0; i < 4; ++i) {
    add_motif_edge(a + i, a + (i + 1) % 4);
  }
  add_motif_edge(a + 4, a);
  add_motif_edge(a + 4, a + 1);
  return a;
}

NodeId MotifGraph::add_cycle(std::int64_t length, std::int64_t label) {
  const auto first = static_cast<NodeId>(num_nodes());
  add_motif_nodes(length, label);
  for (std::int64_t i = 0; i < length; ++i) {
    add_motif_edge(first + static_cast<NodeId>(i), first + static_cast<NodeId>((i + 1) % length));
  }
  return first;
}

void MotifGraph::add_random_edges(std::int64_t count, RandomStream& random) {
  std::set<Edge> present(edges_.begin(), edges_.end());
  for (std::int64_t added = 0; added < count;) {
    const auto u = static_cast<NodeId>(random.integer(num_nodes()));
    const auto v = static_cast<NodeId>(random.integer(num_nodes()));
    if (u != v && present.insert({std::min(u, v), std::max(u, v)}).second) {
      add_edge(u, v);
      ++added;
    }
  }
}

void set_motif_graphs(const std::vector<MotifGraph>& graphs, float x, Dataset& dataset) {
  dataset.report.format = "generated";
  std::vector<std::int64_t> node_ptr{0};
  ArcList arcs;
  for (const MotifGraph& graph : graphs) {
    const auto offset = static_cast<NodeId>(node_ptr.back());
    for (std::size_t e = 0; e < graph.edges_.size(); ++e) {
      const Edge& edge = graph.edges_[e];
      arcs.src.insert(arcs.src.end(), {offset + edge.u, offset + edge.v});
      arcs.dst.insert(arcs.dst.end(), {offset + edge.v, offset + edge.u});
      arcs.label.insert(arcs.label.end(), 2, graph.edge_in_motif_[e]);
    }
    dataset.node_mask.insert(dataset.node_mask.end(), graph.in_motif_.begin(),
                             graph.in_motif_.end());
    node_ptr.push_back(node_ptr.back() + graph.num_nodes());
  }
  arcs.num_nodes = node_ptr.back();
  SortedArcs sorted = sort_arcs(arcs, {}, dataset.report);
  dataset.edge_mask.assign(sorted.label.begin(), sorted.label.end());
  sorted.label.clear();
  dataset.x.num_rows = node_ptr.back();
  dataset.x.num_cols = kFeatures;
  dataset.x.dense.assign(static_cast<std::size_t>(node_ptr.back() * kFeatures), x);
  set_graphs(std::move(sorted), std::move(node_ptr), dataset);
}

Dataset motif_node_set(const std::string& name, MotifGraph graph, double extra_edges,
                       std::uint64_t seed) {
  const auto extra =
      static_cast<std::int64_t>(extra_edges * static_cast<double>(graph.num_edges()));
  RandomStream pairs(seed, kExtraEdgeStream);
  graph.add_random_edges(extra, pairs);
  Dataset dataset;
  dataset.name = name;
  dataset.task = Task::kNode;
  set_motif_graphs({graph}, 1.0F, dataset);
  set_classes(graph.label(), dataset);
  dataset.splits.push_back(
      stratified_split(dataset.y, {.train = 0.8, .val = 0.1, .test = 0.1}, seed));
  return dataset;
}

}  // namespace isthmus::datasets
