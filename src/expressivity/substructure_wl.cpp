#include "isthmus/expressivity/substructure_wl.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>
#include <map>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/expressivity/color_refinement.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "ball_classes.hpp"
#include "connected_subgraphs.hpp"
#include "index.hpp"
#include "joined_labels.hpp"
#include "number_rows.hpp"
#include "pattern_counts.hpp"
#include "refine_nodes.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::int32_t kLargestSubgraph = 6;
constexpr NodeId kLargestPattern = 12;

/// Labels of nodes or edges, or why there are none.
struct Counted {
  std::vector<std::vector<std::uint64_t>> label;  ///< [G][N] or [G][E]
  std::string undecided = {};
};

/// Rows of counts, one a node or arc, by the graph they belong to.
class CountRows {
 public:
  void begin_graph() { rows_.push_back(0); }
  void append(std::uint64_t word) { words_.push_back(word); }
  void end_row() {
    start_.push_back(static_cast<std::int64_t>(words_.size()));
    ++rows_.back();
  }

  /// Ranks of the rows, cut into those of each graph.
  [[nodiscard]] std::vector<std::vector<std::uint64_t>> ranks() const {
    const Numbering rank = number_rows(words_, start_);
    std::vector<std::vector<std::uint64_t>> result;
    auto next = rank.colour.begin();
    for (const std::ptrdiff_t count : rows_) {
      result.emplace_back(next, next + count);
      next += count;
    }
    return result;
  }

 private:
  std::vector<std::uint64_t> words_;
  std::vector<std::int64_t> start_ = {0};
  std::vector<std::ptrdiff_t> rows_;
};

std::string why_stopped(const StepBudget& budget, const SubstructureWlOptions& options) {
  return budget.cancelled()  ? "cancelled before round 0"
         : budget.exceeded() ? "the search exceeds max_steps = " + std::to_string(options.max_steps)
                             : "";
}

Counted count_subgraphs(std::span<const WlGraph> graphs, const SubstructureWlOptions& options) {
  StepBudget budget(options.max_steps, options.common.cancel);
  std::vector<SubgraphCounts> counts(graphs.size());
  parallel_chunks(static_cast<std::int64_t>(graphs.size()), [&](std::int64_t g) {
    counts[index(g)] = connected_subgraphs(graphs[index(g)], options.k, budget);
  });
  if (budget.stopped()) {
    return {{}, why_stopped(budget, options)};
  }
  std::map<SubgraphType, std::uint64_t> number;
  for (const SubgraphCounts& of_graph : counts) {
    for (const auto& [type, of_node] : of_graph) {
      number.emplace(type, 0);
    }
  }
  std::uint64_t next = 0;
  for (auto& [type, rank] : number) {
    rank = next++;
  }
  CountRows rows;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    rows.begin_graph();
    for (std::size_t v = 0; v < index(graphs[g].graph.num_nodes()); ++v) {
      for (const auto& [type, of_node] : counts[g]) {
        if (of_node[v] != 0) {
          rows.append(number[type]);
          rows.append(of_node[v]);
        }
      }
      rows.end_row();
    }
  }
  return {rows.ranks()};
}

Counted count_patterns(std::span<const WlGraph> graphs, const SubstructureWlOptions& options) {
  const bool edges = options.substructure == WlSubstructure::kPatternEdges;
  StepBudget budget(options.max_steps, options.common.cancel);
  std::vector<PatternCounter> counters;
  for (const Graph& pattern : options.patterns) {
    counters.emplace_back(pattern, options.match);
  }
  CountRows rows;
  for (const WlGraph& graph : graphs) {
    std::vector<std::vector<std::uint64_t>> table;
    table.reserve(counters.size());
    for (const PatternCounter& counter : counters) {
      table.push_back(edges ? counter.count_edges(graph.graph, budget)
                            : counter.count_nodes(graph.graph, budget));
    }
    if (budget.stopped()) {
      return {{}, why_stopped(budget, options)};
    }
    rows.begin_graph();
    const std::int64_t count = edges ? graph.graph.num_edges() : graph.graph.num_nodes();
    for (std::int64_t i = 0; i < count; ++i) {
      for (std::size_t p = 0; p < counters.size(); ++p) {
        const std::int64_t orbits =
            edges ? counters[p].num_edge_orbits() : counters[p].num_node_orbits();
        for (std::int64_t orbit = 0; orbit < orbits; ++orbit) {
          rows.append(table[p][index(i * orbits + orbit)]);
        }
      }
      rows.end_row();
    }
  }
  return {rows.ranks()};
}

void check_pattern(const Graph& pattern, std::size_t place, bool edges) {
  const std::string name = "substructure_wl: pattern " + std::to_string(place);
  check_simple(pattern, name.c_str());
  if (pattern.num_nodes() < 1 || pattern.num_nodes() > kLargestPattern) {
    throw InvalidArgument(name + " must have 1.." + std::to_string(kLargestPattern) +
                          " nodes, got " + std::to_string(pattern.num_nodes()));
  }
  if (const NodeId parts = connected_components(pattern).count(); parts > 1) {
    throw InvalidArgument(name + " must be connected, got " + std::to_string(parts) +
                          " components");
  }
  if (edges && pattern.num_edges() == 0) {
    throw InvalidArgument(name + " must have an edge, got none");
  }
}

void check_range(const char* name, std::int64_t value, std::int64_t least, std::int64_t largest) {
  if (value < least || value > largest) {
    throw InvalidArgument("substructure_wl: " + std::string(name) + " must be in " +
                          std::to_string(least) + ".." + std::to_string(largest) + ", got " +
                          std::to_string(value));
  }
}

void check_options(const SubstructureWlOptions& options) {
  constexpr std::int64_t kAny = std::numeric_limits<std::int64_t>::max();
  check_range("max_steps", options.max_steps, 0, kAny);
  check_range("max_search_nodes", options.max_search_nodes, 0, kAny);
  if (options.substructure == WlSubstructure::kConnectedSubgraphs) {
    check_range("k", options.k, 2, kLargestSubgraph);
  } else if (options.substructure == WlSubstructure::kBall) {
    check_range("k", options.k, 0, std::numeric_limits<std::int32_t>::max());
  } else {
    for (std::size_t p = 0; p < options.patterns.size(); ++p) {
      check_pattern(options.patterns[p], p, options.substructure == WlSubstructure::kPatternEdges);
    }
  }
}

/// The same graphs with edge labels that are small numbers.
std::vector<WlGraph> with_ranked_edge_labels(std::span<const WlGraph> graphs) {
  std::vector<std::vector<std::uint64_t>> nothing;
  for (const WlGraph& graph : graphs) {
    nothing.emplace_back(index(graph.graph.num_edges()), 0);
  }
  return with_edge_labels(graphs, nothing);
}

}  // namespace

Refinement substructure_wl(std::span<const WlGraph> graphs, const SubstructureWlOptions& options) {
  check_refine_arguments(graphs, options.common, "substructure_wl");
  check_options(options);
  std::vector<WlGraph> labelled(graphs.begin(), graphs.end());
  Counted counted;
  switch (options.substructure) {
    case WlSubstructure::kConnectedSubgraphs:
      if (has_edge_labels(graphs)) {
        labelled = with_ranked_edge_labels(graphs);
      }
      counted = count_subgraphs(labelled, options);
      break;
    case WlSubstructure::kBall: {
      BallClasses balls = ball_classes(graphs, options);
      counted = {std::move(balls.of_node), std::move(balls.undecided)};
      break;
    }
    case WlSubstructure::kPatternNodes:
    case WlSubstructure::kPatternEdges:
      counted = count_patterns(graphs, options);
      break;
  }
  if (!counted.undecided.empty()) {
    Refinement result;
    result.undecided = std::move(counted.undecided);
    return result;
  }
  labelled = options.substructure == WlSubstructure::kPatternEdges
                 ? with_edge_labels(labelled, counted.label)
                 : with_node_labels(labelled, counted.label);
  return color_refinement(labelled, {.common = options.common});
}

}  // namespace isthmus::expressivity
