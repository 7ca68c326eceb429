#include "isthmus/partition/locality_order.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <span>
#include <utility>

#include "isthmus/core/cache_size.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"
#include "isthmus/graph/cache_misses.hpp"
#include "isthmus/graph/node_order.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/partition/partition_kway.hpp"

namespace isthmus::partition {
namespace {

constexpr std::array<std::string_view, 6> kNames = {"none", "auto", "metis",
                                                    "rcm",  "bfs",  "degree"};

constexpr std::int64_t kLine = 64;
/// Lines of a set where the size of the cache was given, so that nothing depends on the machine.
constexpr std::int64_t kGivenWays = 16;

double seconds_since(std::chrono::steady_clock::time_point start) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

void check(const Graph& graph, const LocalityOptions& options) {
  const auto refuse = [](const std::string& rule, std::int64_t got) {
    throw InvalidArgument("locality_order: " + rule + ", got " + std::to_string(got));
  };
  if (graph.is_bipartite()) {
    throw InvalidArgument("locality_order: the graph must not be bipartite, got " +
                          std::to_string(graph.num_src()) + " sources and " +
                          std::to_string(graph.num_dst()) + " destinations");
  }
  if (options.row_bytes < 1) {
    refuse("row_bytes must be >= 1", options.row_bytes);
  }
  if (options.cache_bytes < 0) {
    refuse("cache_bytes must be >= 0", options.cache_bytes);
  }
  if (options.seed < -1) {
    refuse("seed must be >= -1", options.seed);
  }
  if (options.memory_limit < -1) {
    refuse("memory_limit must be >= -1", options.memory_limit);
  }
}

/// Whether a misses are at most nine tenths of b.
bool saves_a_tenth(std::int64_t a, std::int64_t b) { return b > 0 && 10 * a <= 9 * b; }

/// Searches for the order of one graph.
class Search {
 public:
  Search(const Graph& graph, const LocalityOptions& options)
      : graph_(graph),
        options_(options),
        cache_bytes_(options.cache_bytes > 0 ? options.cache_bytes
                                             : static_cast<std::int64_t>(l2_cache_bytes())) {}

  LocalityResult run() {
    const auto start = std::chrono::steady_clock::now();
    result_.reads = graph_.num_edges();
    result_.cache_rows = cache_bytes_ / options_.row_bytes;
    result_.misses_before = misses({});
    result_.misses_after = result_.misses_before;
    if (options_.order == NodeOrder::kAuto) {
      choose();
    } else if (options_.order != NodeOrder::kNone) {
      attempt(options_.order);
    }
    result_.seconds = seconds_since(start);
    return std::move(result_);
  }

 private:
  [[nodiscard]] std::int64_t misses(std::span<const NodeId> order) const {
    const bool given = options_.cache_bytes > 0;
    return cache_misses(graph_, options_.row_bytes,
                        {cache_bytes_, given ? kGivenWays : l2_cache_ways()}, order);
  }

  /// Tries the cheap ones first. `result_` holds the best so far; none is better than nothing.
  void choose() {
    const auto degree = graph_.plan().out_degree();
    const auto read =
        std::count_if(degree.begin(), degree.end(), [](std::int32_t d) { return d > 0; });
    const std::int64_t unavoidable = read * std::min(options_.row_bytes, kLine) / kLine;
    for (const NodeOrder order :
         {NodeOrder::kDegree, NodeOrder::kBfs, NodeOrder::kRcm, NodeOrder::kMetis}) {
      if (saves_a_tenth(unavoidable, result_.misses_after)) {
        attempt(order);
      }
    }
    if (!saves_a_tenth(result_.misses_after, result_.misses_before)) {
      result_.order = NodeOrder::kNone;
      result_.node.clear();
      result_.misses_after = result_.misses_before;
    }
  }

  /// Keeps an order if it was asked for by name or has fewer misses than the one held.
  void attempt(NodeOrder order) {
    const auto start = std::chrono::steady_clock::now();
    const bool by_name = options_.order != NodeOrder::kAuto;
    std::vector<NodeId> nodes;
    if (order == NodeOrder::kMetis) {
      try {
        nodes = bfs_order(graph_, parts());
      } catch (const ResourceLimit& limit) {
        result_.warnings.push_back(
            std::string(limit.what()) +
            (by_name ? "; order bfs instead of metis" : "; order metis was not tried"));
        if (!by_name) {
          return;
        }
        order = NodeOrder::kBfs;
        nodes = bfs_order(graph_);
      }
    } else {
      nodes = order == NodeOrder::kRcm   ? rcm_order(graph_)
              : order == NodeOrder::kBfs ? bfs_order(graph_)
                                         : degree_order(graph_);
    }
    const std::int64_t missed = misses(nodes);
    result_.candidates.push_back({order, missed, seconds_since(start)});
    if (by_name || missed < result_.misses_after) {
      result_.order = order;
      result_.node = std::move(nodes);
      result_.misses_after = missed;
    }
  }

  /// Parts whose rows fill half a cache: a part and what it borders on fit together.
  [[nodiscard]] std::vector<std::int32_t> parts() const {
    const std::int64_t nodes = graph_.num_nodes();
    const std::int64_t rows = std::max<std::int64_t>(1, cache_bytes_ / 2 / options_.row_bytes);
    PartitionOptions options;
    options.parts = std::max<std::int64_t>(1, (nodes + rows - 1) / rows);
    options.balance = Balance::kNodes;
    options.seed = options_.seed;
    options.repair = false;
    options.memory_limit = options_.memory_limit;
    return partition_kway(graph_, options).part;
  }

  const Graph& graph_;
  const LocalityOptions& options_;
  std::int64_t cache_bytes_;
  LocalityResult result_;
};

double ratio(std::int64_t misses, std::int64_t reads) {
  return reads == 0 ? 0.0 : static_cast<double>(misses) / static_cast<double>(reads);
}

}  // namespace

std::string_view name_of(NodeOrder order) noexcept {
  return kNames[static_cast<std::size_t>(order)];
}

NodeOrder parse_node_order(std::string_view name) {
  const auto found = std::find(kNames.begin(), kNames.end(), name);
  if (found == kNames.end()) {
    const std::vector<std::string> names(kNames.begin(), kNames.end());
    const std::string near = nearest_name(name, names);
    throw InvalidArgument(
        "order must be one of none, auto, metis, rcm, bfs, degree, got '" + std::string(name) + "'",
        near.empty() ? "" : "did you mean '" + near + "'?");
  }
  return static_cast<NodeOrder>(found - kNames.begin());
}

double LocalityResult::miss_ratio_before() const noexcept { return ratio(misses_before, reads); }
double LocalityResult::miss_ratio_after() const noexcept { return ratio(misses_after, reads); }

std::string LocalityResult::summary() const {
  std::array<char, 64> ratios{};
  const int length = std::snprintf(ratios.data(), ratios.size(), "%.3f before, %.3f after",
                                   miss_ratio_before(), miss_ratio_after());
  return "order " + std::string(name_of(order)) + ": predicted miss ratio " +
         std::string(ratios.data(), static_cast<std::size_t>(std::max(length, 0))) + " (" +
         std::to_string(cache_rows) + " rows of cache)";
}

LocalityResult locality_order(const Graph& graph, const LocalityOptions& options) {
  check(graph, options);
  return Search(graph, options).run();
}

}  // namespace isthmus::partition
