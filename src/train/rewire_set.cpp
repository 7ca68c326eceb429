#include "rewire_set.hpp"

#include <algorithm>
#include <iterator>
#include <map>
#include <mutex>
#include <span>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "edit_store.hpp"
#include "graph_edits.hpp"

namespace isthmus::train {
namespace {

using datasets::Dataset;

/// An arc of a graph after its edits.
struct ArcAfter {
  Edge arc = {};
  std::int64_t from = -1;  ///< The arc of the input, over all graphs, whose values it has; -1: new.
  std::int64_t type = 0;   ///< Of a new arc: the method's.
  float weight = 1.0F;     ///< Of a new arc.
};

Edge pair_of(const Edge& arc) { return {std::min(arc.u, arc.v), std::max(arc.u, arc.v)}; }

bool holds(std::span<const Edge> sorted, const Edge& edge) {
  return std::binary_search(sorted.begin(), sorted.end(), edge);
}

/// Arcs that stay, with the reverses that they lack; first_arc is the graph's first over all
/// graphs.
std::vector<ArcAfter> arcs_that_stay(const Graph& graph, const GraphEdits& edits,
                                     std::int64_t first_arc) {
  const std::vector<Edge> arcs = graph.arcs();
  std::vector<Edge> sorted = arcs;
  std::sort(sorted.begin(), sorted.end());
  std::vector<ArcAfter> result;
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    const Edge& arc = arcs[slot];
    if (arc.u != arc.v && holds(edits.removed, pair_of(arc))) {
      continue;
    }
    const std::int64_t from = first_arc + static_cast<std::int64_t>(slot);
    result.push_back({.arc = arc, .from = from});
    if (!holds(sorted, {arc.v, arc.u})) {
      result.push_back({.arc = {arc.v, arc.u}, .from = from});
    }
  }
  return result;
}

/// All arcs of a graph after its edits, in the order of rows; the method's after the graph's own.
std::vector<ArcAfter> arcs_after(const Graph& graph, const GraphEdits& edits, bool replaces,
                                 std::int64_t first_arc) {
  std::vector<ArcAfter> arcs;
  if (!replaces) {
    arcs = arcs_that_stay(graph, edits, first_arc);
  }
  for (const NewArc& added : edits.added) {
    arcs.push_back({.arc = added.arc, .type = added.type, .weight = added.weight});
  }
  std::stable_sort(arcs.begin(), arcs.end(), [](const ArcAfter& a, const ArcAfter& b) {
    return std::pair(a.arc.v, a.arc.u) < std::pair(b.arc.v, b.arc.u);
  });
  return arcs;
}

Graph graph_of(NodeId num_nodes, const std::vector<ArcAfter>& arcs) {
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (const ArcAfter& arc : arcs) {
    src.push_back(arc.arc.u);
    dst.push_back(arc.arc.v);
  }
  return Graph::from_coo(num_nodes, src, dst);
}

/// Values of nodes with those of appended ones behind each graph's own; none stay none.
template <typename T>
void append_nodes(std::vector<T>& values, std::int64_t width, T appended,
                  std::span<const std::int64_t> node_ptr, std::span<const GraphEdits> edits) {
  if (values.empty()) {
    return;
  }
  std::vector<T> result;
  for (std::size_t g = 0; g < edits.size(); ++g) {
    result.insert(result.end(), values.begin() + node_ptr[g] * width,
                  values.begin() + node_ptr[g + 1] * width);
    const std::int64_t more = edits[g].num_nodes - (node_ptr[g + 1] - node_ptr[g]);
    result.insert(result.end(), static_cast<std::size_t>(more * width), appended);
  }
  values = std::move(result);
}

void append_feature_rows(datasets::Features& x, std::span<const std::int64_t> node_ptr,
                         std::span<const GraphEdits> edits, std::int64_t nodes) {
  if (x.sparse) {
    std::vector<std::int64_t> rowptr{0};
    for (std::size_t g = 0; g < edits.size(); ++g) {
      rowptr.insert(rowptr.end(), x.rowptr.begin() + node_ptr[g] + 1,
                    x.rowptr.begin() + node_ptr[g + 1] + 1);
      const std::int64_t more = edits[g].num_nodes - (node_ptr[g + 1] - node_ptr[g]);
      rowptr.insert(rowptr.end(), static_cast<std::size_t>(more), rowptr.back());
    }
    x.rowptr = std::move(rowptr);
  } else {
    append_nodes(x.dense, x.num_cols, 0.0F, node_ptr, edits);
  }
  x.num_rows = nodes;
}

/// Everything that a set holds for each node.
void append_to_nodes(Dataset& dataset, std::span<const GraphEdits> edits) {
  std::vector<std::int64_t> node_ptr{0};
  for (const GraphEdits& of : edits) {
    node_ptr.push_back(node_ptr.back() + of.num_nodes);
  }
  if (node_ptr == dataset.node_ptr) {
    return;
  }
  if (dataset.splits_of_graphs) {
    throw InvalidArgument("rewire.method cgp appends nodes without labels, '" + dataset.name +
                          "' needs one for every node of a graph");
  }
  const std::vector<std::int64_t>& before = dataset.node_ptr;
  append_feature_rows(dataset.x, before, edits, node_ptr.back());
  append_nodes(dataset.encoding, dataset.num_encoding_columns, 0.0F, before, edits);
  append_nodes(dataset.has_features, 1, std::uint8_t{1}, before, edits);
  append_nodes(dataset.node_mask, 1, std::uint8_t{0}, before, edits);
  append_nodes(dataset.node_names, 1, std::string("virtual"), before, edits);
  if (dataset.task == datasets::Task::kNode) {
    if (dataset.has_label.empty()) {
      dataset.has_label.assign(dataset.y.size(), 1);
    }
    append_nodes(dataset.y, 1, std::int64_t{-1}, before, edits);
    append_nodes(dataset.has_label, 1, std::uint8_t{0}, before, edits);
  }
  dataset.node_ptr = std::move(node_ptr);
}

/// Values of arcs, of the set before and after.
struct ArcValues {
  const Dataset& before;
  Dataset& after;
  bool replaces;
  OwnTypes own_types;
  std::int64_t next_type;  ///< T

  void append(const ArcAfter& arc) {
    const bool is_new = arc.from < 0;
    const auto from = static_cast<std::size_t>(arc.from);
    if (replaces) {
      after.edge_attr.push_back(arc.weight);
    } else {
      const bool typed = own_types == OwnTypes::kKeep && !before.edge_label.empty();
      after.edge_label.push_back(is_new  ? next_type + arc.type
                                 : typed ? before.edge_label[from]
                                         : 0);
      const std::int64_t width = before.num_edge_attributes;
      if (is_new) {
        after.edge_attr.insert(after.edge_attr.end(), static_cast<std::size_t>(width), 0.0F);
      } else {
        const auto row = before.edge_attr.begin() + arc.from * width;
        after.edge_attr.insert(after.edge_attr.end(), row, row + width);
      }
    }
    for (const auto of : {&Dataset::edge_y, &Dataset::edge_mask}) {
      if (!(before.*of).empty()) {
        (after.*of).push_back(is_new ? 0 : (before.*of)[from]);
      }
    }
  }
};

std::int64_t first_new_type(const Dataset& dataset, OwnTypes own_types) {
  return own_types == OwnTypes::kDrop || dataset.edge_label.empty()
             ? 1
             : 1 + *std::max_element(dataset.edge_label.begin(), dataset.edge_label.end());
}

/// Edits of each graph; equal graphs share theirs.
std::vector<GraphEdits> edits_of(std::span<const Graph> graphs, const RewireConfig& config,
                                 const RewireSetOptions& options) {
  const EditStore store(config.cache, graphs, config);
  if (auto stored = store.read()) {
    return std::move(*stored);
  }
  std::map<std::string, std::size_t> first_of;
  std::vector<std::size_t> like(graphs.size());
  std::vector<std::size_t> distinct;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const auto [place, fresh] = first_of.emplace(graph_key(graphs[g]), g);
    like[g] = place->second;
    if (fresh) {
      distinct.push_back(g);
    }
  }
  std::vector<GraphEdits> edits(graphs.size());
  std::mutex mutex;
  std::int64_t done = 0;
  const auto total = static_cast<std::int64_t>(distinct.size());
  parallel_chunks(total, [&](std::int64_t i) {
    if (options.cancel.requested()) {
      throw Interrupted("rewiring by " + config.method + " was interrupted");
    }
    const std::size_t g = distinct[static_cast<std::size_t>(i)];
    edits[g] = rewire_graph(graphs[g], config, options.cancel);
    const std::lock_guard lock(mutex);
    report_progress(options.progress, {"rewire", ++done, total, config.method});
  });
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    if (like[g] != g) {
      edits[g] = edits[like[g]];
    }
  }
  store.write(edits);
  return edits;
}

void count_edges(const Graph& simple, const std::vector<ArcAfter>& arcs, RewireFacts& facts) {
  const std::vector<Edge> before = simple.edges();
  const std::vector<Edge> after = joined_pairs(arcs);
  std::vector<Edge> both;
  std::set_intersection(before.begin(), before.end(), after.begin(), after.end(),
                        std::back_inserter(both));
  const auto size = [](const std::vector<Edge>& edges) {
    return static_cast<std::int64_t>(edges.size());
  };
  facts.edges_before += size(before);
  facts.edges_after += size(after);
  facts.added += size(after) - size(both);
  facts.removed += size(before) - size(both);
  facts.arcs_after += static_cast<std::int64_t>(arcs.size());
  facts.graphs_changed += before == after ? 0 : 1;
}

}  // namespace

std::string RewireFacts::summary() const {
  std::string text = method + (control ? " (control)" : "");
  if (!budget.empty()) {
    text += ", budget " + budget;
  }
  text += ": edges " + std::to_string(edges_before) + " -> " + std::to_string(edges_after) + " (" +
          std::to_string(added) + " added, " + std::to_string(removed) + " removed) in " +
          std::to_string(graphs_changed) + (graphs_changed == 1 ? " graph" : " graphs");
  if (virtual_nodes > 0) {
    text += ", " + std::to_string(virtual_nodes) + " nodes appended";
  }
  return text;
}

std::vector<Graph> simple_graphs(const Dataset& dataset, const std::string& directed,
                                 const std::string& reader) {
  std::vector<Graph> graphs(dataset.graphs.size());
  const SimpleGraphOptions options{.as_undirected = directed == "as-undirected"};
  parallel_chunks(static_cast<std::int64_t>(graphs.size()), [&](std::int64_t i) {
    const auto g = static_cast<std::size_t>(i);
    if (!options.as_undirected && !dataset.graphs[g].is_symmetric()) {
      throw InvalidArgument(reader + " is of undirected graphs, graph " + std::to_string(g) +
                                " of '" + dataset.name + "' has arcs one way only",
                            "--set rewire.directed=as-undirected");
    }
    graphs[g] = simple_graph(dataset.graphs[g], options).graph;
  });
  return graphs;
}

RewiredSet rewire_set(const Dataset& dataset, const RewireConfig& config,
                      const RewireSetOptions& options) {
  const std::vector<Graph> graphs =
      simple_graphs(dataset, config.directed, "rewire.method " + config.method);
  const std::vector<GraphEdits> edits = edits_of(graphs, config, options);

  RewiredSet result{.dataset = dataset, .facts = {}};
  Dataset& after = result.dataset;
  RewireFacts& facts = result.facts;
  facts.method = config.method;
  facts.budget = config.budget;
  facts.control = config.control;
  facts.arcs_before = dataset.num_arcs();
  const bool replaces = replaces_edges(config);
  for (auto* values : {&after.edge_y, &after.edge_mask}) {
    values->clear();
  }
  after.edge_label.clear();
  after.edge_attr.clear();
  after.num_edge_attributes = replaces ? 1 : dataset.num_edge_attributes;
  ArcValues values{dataset, after, replaces, options.own_types,
                   first_new_type(dataset, options.own_types)};
  std::int64_t first_arc = 0;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const std::vector<ArcAfter> arcs = arcs_after(dataset.graphs[g], edits[g], replaces, first_arc);
    first_arc += dataset.graphs[g].num_edges();
    for (const ArcAfter& arc : arcs) {
      values.append(arc);
    }
    count_edges(graphs[g], arcs, facts);
    after.graphs[g] = graph_of(static_cast<NodeId>(edits[g].num_nodes), arcs);
  }
  append_to_nodes(after, edits);
  facts.virtual_nodes = after.num_nodes() - dataset.num_nodes();
  after.report.notes.push_back("rewired by " + facts.summary());
  return result;
}

}  // namespace isthmus::train
