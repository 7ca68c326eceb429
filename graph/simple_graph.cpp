#include "isthmus/graph/simple_graph.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

namespace isthmus {
namespace {

void check_weights(const Graph& graph, const SimpleGraphOptions& options) {
  if (options.unit == WeightUnit::kIgnore) {
    if (!options.weight.empty()) {
      throw InvalidArgument("simple_graph: weights need a unit, kConductance or kDistance, got " +
                            std::to_string(options.weight.size()) + " weights and kIgnore");
    }
    return;
  }
  if (static_cast<EdgeId>(options.weight.size()) != graph.num_edges()) {
    throw InvalidArgument("simple_graph: weight must have one entry per arc, " +
                          std::to_string(graph.num_edges()) + ", got " +
                          std::to_string(options.weight.size()));
  }
  for (std::size_t e = 0; e < options.weight.size(); ++e) {
    if (!(options.weight[e] > 0.0) || !std::isfinite(options.weight[e])) {
      std::ostringstream text;
      text << "simple_graph: weights must be > 0 and finite, arc " << e << " has "
           << options.weight[e];
      throw InvalidArgument(text.str());
    }
  }
}

/// One pair u < v, and what joins it each way.
struct Pair {
  Edge edge;
  std::int64_t up = 0;  ///< Arcs u -> v.
  std::int64_t down = 0;
  double up_weight = 0.0;
  double down_weight = 0.0;
};

double joined(WeightUnit unit, double so_far, bool first, double next) {
  if (first) {
    return next;
  }
  return unit == WeightUnit::kDistance ? std::min(so_far, next) : so_far + next;
}

/// Arcs as (smaller, larger, is it up?, weight), sorted.
struct Arc {
  Edge edge;
  bool up = false;
  double weight = 1.0;
};

std::vector<Arc> sorted_arcs(const Graph& graph, const SimpleGraphOptions& options,
                             std::vector<Edge>& loops) {
  const std::vector<Edge> all = graph.arcs();
  const EdgePositions eid = graph.eid();
  std::vector<Arc> arcs;
  arcs.reserve(all.size());
  for (std::size_t slot = 0; slot < all.size(); ++slot) {
    const auto [u, v] = all[slot];
    if (u == v) {
      loops.push_back({u, v});
      continue;
    }
    const auto e = static_cast<std::size_t>(eid[static_cast<EdgeId>(slot)]);
    arcs.push_back({{std::min(u, v), std::max(u, v)},
                    u < v,
                    options.weight.empty() ? 1.0 : options.weight[e]});
  }
  std::sort(loops.begin(), loops.end());
  // Weights, too: a sum must not depend on the order of the input.
  std::sort(arcs.begin(), arcs.end(), [](const Arc& a, const Arc& b) {
    return a.edge != b.edge ? a.edge < b.edge : a.up != b.up ? a.up : a.weight < b.weight;
  });
  return arcs;
}

std::vector<Pair> pairs_of(const std::vector<Arc>& arcs, WeightUnit unit) {
  std::vector<Pair> pairs;
  for (const Arc& arc : arcs) {
    if (pairs.empty() || pairs.back().edge != arc.edge) {
      pairs.push_back({arc.edge});
    }
    Pair& pair = pairs.back();
    std::int64_t& count = arc.up ? pair.up : pair.down;
    double& weight = arc.up ? pair.up_weight : pair.down_weight;
    weight = joined(unit, weight, count == 0, arc.weight);
    ++count;
  }
  return pairs;
}

std::string text_of(const Edge& edge) {
  return std::to_string(edge.u) + "-" + std::to_string(edge.v);
}

double weight_of(const Pair& pair, WeightUnit unit) {
  if (pair.up > 0 && pair.down > 0 && unit != WeightUnit::kIgnore &&
      pair.up_weight != pair.down_weight) {
    std::ostringstream text;
    text << "simple_graph: both arcs of an edge must weigh the same, those of "
         << text_of(pair.edge) << " weigh " << pair.up_weight << " and " << pair.down_weight;
    throw InvalidArgument(text.str());
  }
  return pair.up > 0 ? pair.up_weight : pair.down_weight;
}

void refuse_one_way(const Pair& pair, std::int64_t count) {
  throw InvalidArgument("simple_graph: graph must be undirected, got " + std::to_string(count) +
                            " pairs with arcs one way only, the first " + text_of(pair.edge),
                        "take every arc as an edge (as_undirected, --directed as-undirected)");
}

}  // namespace

SimpleGraph simple_graph(const Graph& graph, const SimpleGraphOptions& options) {
  if (graph.is_bipartite()) {
    throw InvalidArgument("simple_graph: graph must not be bipartite, got " +
                          std::to_string(graph.num_src()) + " sources and " +
                          std::to_string(graph.num_dst()) + " destinations");
  }
  if (graph.original_ids() != nullptr) {
    throw InvalidArgument("simple_graph: graph must have its original order, got a reordered one");
  }
  check_weights(graph, options);
  SimpleGraph result;
  const std::vector<Pair> pairs = pairs_of(sorted_arcs(graph, options, result.loops), options.unit);
  const Pair* one_way = nullptr;
  std::vector<Edge> edges;
  std::vector<double> weight;
  edges.reserve(pairs.size());
  for (const Pair& pair : pairs) {
    if (pair.up == 0 || pair.down == 0) {
      one_way = one_way == nullptr ? &pair : one_way;
      ++result.arcs_without_reverse;
    }
    result.merged_parallel += std::max(pair.up, pair.down) - 1;
    edges.push_back(pair.edge);
    if (options.unit != WeightUnit::kIgnore) {
      weight.push_back(weight_of(pair, options.unit));
    }
  }
  if (one_way != nullptr && !options.as_undirected) {
    refuse_one_way(*one_way, result.arcs_without_reverse);
  }
  const Graph both = Graph::from_edges(graph.num_nodes(), edges);
  const CsrView csr = both.csr();
  if (!weight.empty()) {
    const EdgePositions eid = both.eid();
    result.weight.resize(2 * weight.size());
    for (std::size_t slot = 0; slot < result.weight.size(); ++slot) {
      // from_edges(): arcs 2 k and 2 k + 1 are those of edge k.
      result.weight[slot] = weight[static_cast<std::size_t>(eid[static_cast<EdgeId>(slot)]) / 2];
    }
  }
  // Taken over as they are: positions become those of the rows.
  result.graph = Graph::from_csr(graph.num_nodes(), {csr.rowptr.begin(), csr.rowptr.end()},
                                 {csr.col.begin(), csr.col.end()});
  return result;
}

void check_simple(const Graph& graph, const char* function) {
  const auto refuse = [&](const std::string& got) {
    throw InvalidArgument(std::string(function) +
                              ": graph must be undirected, without self-loops and parallel edges, "
                              "got " +
                              got,
                          "simple_graph() makes such a graph");
  };
  if (graph.is_bipartite() || !graph.is_symmetric()) {
    refuse(graph.is_bipartite() ? "a bipartite one" : "arcs without their reverse");
  }
  if (graph.original_ids() != nullptr) {
    refuse("a reordered one");
  }
  const CsrView csr = graph.csr();
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    const std::span<const NodeId> row = csr.row(v);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] == v) {
        refuse("a self-loop at " + std::to_string(v));
      }
      if (i > 0 && row[i] == row[i - 1]) {
        refuse("parallel edges " + text_of({std::min(v, row[i]), std::max(v, row[i])}));
      }
    }
  }
}

}  // namespace isthmus
