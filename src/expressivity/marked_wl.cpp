#include "isthmus/expressivity/marked_wl.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/expressivity/color_refinement.hpp"

#include "marked_runs.hpp"
#include "number_signatures.hpp"
#include "room_names.hpp"
#include "sorted_refinement.hpp"

namespace isthmus::expressivity {
namespace {

/// The tuples of one graph: those of a_1 are first(a_1) .. first(a_1 + 1) - 1.
class RootTuples {
 public:
  RootTuples(const Graph& graph, MarkedRoots roots) : csr_(graph.csr()), roots_(roots) {}

  [[nodiscard]] std::size_t first(NodeId a) const {
    const auto at = static_cast<std::size_t>(a);
    switch (roots_) {
      case MarkedRoots::kOne:
        return at;
      case MarkedRoots::kTwo:
        return at * static_cast<std::size_t>(csr_.num_rows());
      case MarkedRoots::kTwoAdjacent:
        break;
    }
    return at + static_cast<std::size_t>(csr_.rowptr.empty() ? 0 : csr_.rowptr[at]);
  }
  [[nodiscard]] std::size_t size() const { return first(csr_.num_rows()); }
  /// a_2 of tuple first(a) + i.
  [[nodiscard]] NodeId second(NodeId a, std::size_t i) const {
    if (roots_ == MarkedRoots::kTwo) {
      return static_cast<NodeId>(i);
    }
    return i == 0 ? a : csr_.row(a)[i - 1];
  }

 private:
  CsrView csr_;
  MarkedRoots roots_;
};

/// The first roots of one graph that one body looks at.
struct RootRange {
  std::size_t graph = 0;
  NodeId begin = 0;
  NodeId end = 0;
};

std::vector<RootRange> root_ranges(std::span<const WlGraph> graphs, MarkedRoots roots) {
  const NodeId length = roots == MarkedRoots::kOne ? 64 : 8;
  std::vector<RootRange> ranges;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const NodeId n = graphs[g].graph.num_nodes();
    for (NodeId begin = 0; begin < n; begin += length) {
      ranges.push_back({g, begin, std::min(n, begin + length)});
    }
  }
  return ranges;
}

/// Results of the tuples of every graph; false if cancelled.
bool run_marked(std::span<const WlGraph> graphs, const MarkedWlOptions& options,
                std::vector<std::vector<Signature>>& results) {
  const std::int32_t limit = options.common.rounds;
  std::vector<NamedClasses> base(graphs.size());
  parallel_chunks(static_cast<std::int64_t>(graphs.size()), [&](std::int64_t g) {
    const WlGraph& graph = graphs[static_cast<std::size_t>(g)];
    const JointRows rows = rows_of(graph);
    SplitRounds<RoomNames> rounds(rows, SplitRounds<RoomNames>::Use::kTraced);
    base[static_cast<std::size_t>(g)] = base_of_marks(graph, limit, rounds);
  });
  const std::vector<RootRange> ranges = root_ranges(graphs, options.roots);
  std::atomic<bool> cancelled{false};
  parallel_chunks(static_cast<std::int64_t>(ranges.size()), [&](std::int64_t chunk) {
    const RootRange& range = ranges[static_cast<std::size_t>(chunk)];
    const WlGraph& graph = graphs[range.graph];
    const RootTuples tuples(graph.graph, options.roots);
    MarkedRuns<RoomNames> runs(rows_of(graph), base[range.graph], limit);
    for (NodeId a = range.begin; a < range.end; ++a) {
      if (options.common.cancel.requested()) {
        cancelled = true;
        return;
      }
      const Signature one = runs.one(a);
      const std::size_t first = tuples.first(a);
      if (options.roots == MarkedRoots::kOne) {
        results[range.graph][first] = one;
        continue;
      }
      for (std::size_t i = 0; first + i < tuples.first(a + 1); ++i) {
        results[range.graph][first + i] = runs.two(tuples.second(a, i));
      }
    }
  });
  return !cancelled;
}

/// What a graph's results say of it.
Signature pool_results(const Graph& graph, std::span<const Signature> results,
                       const MarkedWlOptions& options) {
  const RootTuples tuples(graph, options.roots);
  Signature pool = mix(static_cast<std::uint64_t>(graph.num_nodes()), 0x10);
  for (NodeId a = 0; a < graph.num_nodes(); ++a) {
    Signature of_root;
    for (std::size_t i = tuples.first(a); i < tuples.first(a + 1); ++i) {
      of_root += mix(results[i], 0x11);
    }
    pool += options.pool == MarkedPool::kNested ? mix(of_root, 0x12) : of_root;
  }
  return pool;
}

/// Adds the one entry that there is.
void record_results(std::span<const WlGraph> graphs,
                    const std::vector<std::vector<Signature>>& results,
                    const MarkedWlOptions& options, Refinement& refinement) {
  std::vector<Signature> all;
  std::vector<Signature> pools;
  std::vector<std::int64_t> offset = {0};
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    all.insert(all.end(), results[g].begin(), results[g].end());
    offset.push_back(static_cast<std::int64_t>(all.size()));
    pools.push_back(pool_results(graphs[g].graph, results[g], options));
  }
  const Numbering numbering = number_signatures(all);
  refinement.classes = {numbering.classes};
  refinement.graph_class = {number_signatures(pools).colour};
  refinement.colour = cut_by_graph(numbering.colour, offset);
  refinement.stable = options.common.rounds == kUntilStable;
  refinement.certain = false;
  // Each pair of results, and sums on the way: fewer than 2^20 for one result.
  const auto tuples = static_cast<double>(all.size());
  refinement.error_bound =
      std::min(1.0, std::ldexp(0.5 * tuples * tuples, -2 * ISTHMUS_WL_MIX_BITS + 20));
}

/// Class of each graph by its sorted results.
std::vector<std::uint32_t> pool_exactly(std::span<const WlGraph> graphs,
                                        const std::vector<std::vector<std::uint32_t>>& results,
                                        const MarkedWlOptions& options) {
  using Pool = std::vector<std::vector<std::uint32_t>>;
  std::vector<Pool> pools;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const RootTuples tuples(graphs[g].graph, options.roots);
    const NodeId n = graphs[g].graph.num_nodes();
    const bool nested = options.pool == MarkedPool::kNested;
    Pool pool(nested ? static_cast<std::size_t>(n) : 1);
    for (NodeId a = 0; a < n; ++a) {
      std::vector<std::uint32_t>& of_root = pool[nested ? static_cast<std::size_t>(a) : 0];
      of_root.insert(of_root.end(),
                     results[g].begin() + static_cast<std::ptrdiff_t>(tuples.first(a)),
                     results[g].begin() + static_cast<std::ptrdiff_t>(tuples.first(a + 1)));
    }
    for (std::vector<std::uint32_t>& of_root : pool) {
      std::sort(of_root.begin(), of_root.end());
    }
    std::sort(pool.begin(), pool.end());
    pools.push_back(std::move(pool));
  }
  std::vector<Pool> different = pools;
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  std::vector<std::uint32_t> rank;
  rank.reserve(pools.size());
  for (const Pool& pool : pools) {
    rank.push_back(static_cast<std::uint32_t>(
        std::lower_bound(different.begin(), different.end(), pool) - different.begin()));
  }
  return rank;
}

/// Every graph once for each of its tuples, with labels that hold the marks.
std::vector<WlGraph> marked_copies(std::span<const WlGraph> graphs, MarkedRoots roots) {
  std::size_t nodes = 0;
  for (const WlGraph& graph : graphs) {
    nodes += static_cast<std::size_t>(graph.graph.num_nodes());
  }
  const LabelRanks labels = rank_labels(graphs, nodes);
  std::vector<WlGraph> copies;
  std::size_t next = 0;
  for (const WlGraph& graph : graphs) {
    const RootTuples tuples(graph.graph, roots);
    std::vector<std::uint64_t> label(static_cast<std::size_t>(graph.graph.num_nodes()));
    for (std::uint64_t& of_node : label) {
      of_node = 4 * std::uint64_t{labels.rank[next++]};
    }
    for (NodeId a = 0; a < graph.graph.num_nodes(); ++a) {
      for (std::size_t i = 0; tuples.first(a) + i < tuples.first(a + 1); ++i) {
        copies.push_back({graph.graph, label, graph.edge_label});
        copies.back().node_label[static_cast<std::size_t>(a)] += 1;
        if (roots != MarkedRoots::kOne) {
          copies.back().node_label[static_cast<std::size_t>(tuples.second(a, i))] += 2;
        }
      }
    }
  }
  return copies;
}

/// The same by one joint refinement of all copies, pooled by sorting.
Refinement run_exactly(std::span<const WlGraph> graphs, const MarkedWlOptions& options) {
  std::vector<std::int64_t> offset = {0};
  for (const WlGraph& graph : graphs) {
    offset.push_back(offset.back() +
                     static_cast<std::int64_t>(RootTuples(graph.graph, options.roots).size()));
  }
  RefineOptions common = options.common;
  common.until_graphs_differ = false;
  common.exact = common.rounds != kUntilStable;
  common.max_tuples = std::numeric_limits<std::int64_t>::max();
  const Refinement all = color_refinement(marked_copies(graphs, options.roots), {.common = common});
  Refinement result;
  result.undecided = all.undecided;
  if (!all.undecided.empty()) {
    return result;
  }
  const std::vector<std::uint32_t>& found = all.graph_class.back();
  result.colour = cut_by_graph(found, offset);
  result.classes = {
      found.empty() ? 0 : std::int64_t{*std::max_element(found.begin(), found.end())} + 1};
  result.stable = options.common.rounds == kUntilStable;
  result.graph_class = {pool_exactly(graphs, result.colour, options)};
  return result;
}

/// Objects of all graphs, or -1 where they would not even fit 63 bits.
std::int64_t count_objects(std::span<const WlGraph> graphs, const MarkedWlOptions& options) {
  double total = 0.0;
  for (const WlGraph& graph : graphs) {
    const auto n = static_cast<double>(graph.graph.num_nodes());
    const auto arcs = static_cast<double>(graph.graph.num_edges());
    const double tuples = options.roots == MarkedRoots::kOne   ? n
                          : options.roots == MarkedRoots::kTwo ? n * n
                                                               : n + arcs;
    total += options.common.exact ? n * tuples : tuples;
  }
  return total < 9e18 ? static_cast<std::int64_t>(total) : -1;
}

}  // namespace

Refinement marked_wl(std::span<const WlGraph> graphs, const MarkedWlOptions& options) {
  for (const WlGraph& graph : graphs) {
    check_wl_graph(graph, "marked_wl");
  }
  Refinement result;
  const std::int64_t objects = count_objects(graphs, options);
  if (objects < 0 || objects > options.common.max_tuples) {
    result.undecided = (objects < 0 ? "too many" : std::to_string(objects)) +
                       (options.common.exact ? " nodes of marked copies" : " tuples of roots") +
                       " exceed max_tuples = " + std::to_string(options.common.max_tuples);
    return result;
  }
  if (options.common.until_graphs_differ && options.roots != MarkedRoots::kOne) {
    MarkedWlOptions one = options;
    one.roots = MarkedRoots::kOne;
    result = marked_wl(graphs, one);
    if (!result.undecided.empty() || (!graphs.empty() && any_differ(result.graph_class.back()))) {
      return result;
    }
  }
  if (options.common.exact) {
    return run_exactly(graphs, options);
  }
  std::vector<std::vector<Signature>> results;
  results.reserve(graphs.size());
  for (const WlGraph& graph : graphs) {
    results.emplace_back(RootTuples(graph.graph, options.roots).size());
  }
  result = {};
  if (run_marked(graphs, options, results)) {
    record_results(graphs, results, options, result);
  } else {
    result.undecided = "cancelled";
  }
  return result;
}

}  // namespace isthmus::expressivity
