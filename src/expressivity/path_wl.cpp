#include "isthmus/expressivity/path_wl.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <cstddef>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "hop_distances.hpp"
#include "index.hpp"
#include "number_rows.hpp"
#include "path_walker.hpp"
#include "rank_values.hpp"
#include "refine_nodes.hpp"
#include "shortest_path_sums.hpp"
#include "step_budget.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kOwnSalt = 1;
constexpr std::uint64_t kPathsSalt = 2;
constexpr NodeId kSourcesPerChunk = 16;

/// What the rounds know of one graph.
struct PathGraph {
  CsrView csr;
  std::vector<std::uint32_t> edge_number;  ///< [E] Ranks of edge labels; empty: none has one.
  std::vector<std::uint16_t> hops;         ///< [N, N], empty where nothing needs it.
};

bool needs_hops(const PathWlOptions& options) {
  const bool by_walking = options.paths == WlPaths::kSimple || options.common.exact;
  return options.length == 0 || (by_walking && (options.paths == WlPaths::kShortest ||
                                                options.entry == WlPathEntry::kColourAndDistance));
}

std::vector<PathGraph> path_graphs(std::span<const WlGraph> graphs, const PathWlOptions& options) {
  std::vector<PathGraph> result;
  std::vector<std::uint64_t> labels;
  for (const WlGraph& graph : graphs) {
    result.push_back({graph.graph.csr(), {}, {}});
    if (needs_hops(options)) {
      result.back().hops = hop_distances(graph.graph);
    }
    labels.insert(labels.end(), graph.edge_label.begin(), graph.edge_label.end());
    if (graph.edge_label.empty()) {
      labels.resize(labels.size() + index(graph.graph.num_edges()), 0);
    }
  }
  if (has_edge_labels(graphs)) {
    const Numbering ranks = rank_values<std::uint64_t>(labels);
    auto next = ranks.colour.begin();
    for (PathGraph& graph : result) {
      const auto size = static_cast<std::ptrdiff_t>(graph.csr.num_edges());
      graph.edge_number.assign(next, next + size);
      next += size;
    }
  }
  return result;
}

/// The largest finite distance.
std::int32_t largest_distance(const std::vector<PathGraph>& graphs) {
  std::int32_t largest = 0;
  for (const PathGraph& graph : graphs) {
    for (const std::uint16_t d : graph.hops) {
      largest = std::max<std::int32_t>(largest, d == kNoPath ? 0 : d);
    }
  }
  return largest;
}

class PathRounds {
 public:
  PathRounds(std::vector<PathGraph> graphs, std::vector<std::int64_t> offset,
             const PathWlOptions& options)
      : graphs_(std::move(graphs)),
        offset_(std::move(offset)),
        options_(options),
        budget_(options.max_steps, options.common.cancel) {
    for (std::size_t g = 0; g < graphs_.size(); ++g) {
      for (NodeId first = 0; first < graphs_[g].csr.num_rows(); first += kSourcesPerChunk) {
        blocks_.push_back({g, first});
      }
    }
  }

  NodeRound run(std::int32_t length, const Numbering& colours) {
    if (options_.common.exact) {
      return sorted(length, colours);
    }
    std::vector<Signature> signature(index(offset_.back()));
    const bool by_sums = options_.paths == WlPaths::kShortest;
    for_each_block([&](const Block& block) {
      by_sums ? sum_block(length, colours, block, signature)
              : walk_block(length, colours, block, signature);
    });
    std::string why = stopped();
    return why.empty() ? NodeRound{number_signatures(signature)} : NodeRound{{}, std::move(why)};
  }

 private:
  struct Block {
    std::size_t graph = 0;
    NodeId first = 0;
  };

  void for_each_block(const std::function<void(const Block&)>& body) {
    parallel_chunks(static_cast<std::int64_t>(blocks_.size()),
                    [&](std::int64_t b) { body(blocks_[index(b)]); });
  }

  [[nodiscard]] NodeId last_of(const Block& block) const {
    return std::min<NodeId>(block.first + kSourcesPerChunk, graphs_[block.graph].csr.num_rows());
  }

  [[nodiscard]] std::span<const std::uint32_t> colours_of(std::size_t graph,
                                                          const Numbering& colours) const {
    return std::span(colours.colour)
        .subspan(index(offset_[graph]), index(offset_[graph + 1] - offset_[graph]));
  }

  [[nodiscard]] std::string stopped() const {
    if (budget_.cancelled()) {
      return "cancelled";
    }
    if (budget_.exceeded()) {
      return "the nodes of the paths exceed max_steps = " + std::to_string(options_.max_steps);
    }
    if (words_ > options_.common.max_tuples) {
      return "the sorted paths exceed max_tuples = " + std::to_string(options_.common.max_tuples) +
             " words";
    }
    return {};
  }

  void sum_block(std::int32_t length, const Numbering& colours, const Block& block,
                 std::vector<Signature>& signature) {
    const PathGraph& graph = graphs_[block.graph];
    ShortestPathSums sums(graph.csr, graph.edge_number, colours_of(block.graph, colours));
    for (NodeId v = block.first; v < last_of(block) && !options_.common.cancel.requested(); ++v) {
      const std::size_t own = index(offset_[block.graph] + v);
      signature[own] = mix(colours.colour[own], kOwnSalt);
      signature[own] += mix(sums.from(v, length), kPathsSalt);
    }
  }

  PathWalker walker(const Block& block, const Numbering& colours) {
    const PathGraph& graph = graphs_[block.graph];
    const bool distances = options_.entry == WlPathEntry::kColourAndDistance;
    return {{.csr = graph.csr,
             .edge_number = graph.edge_number,
             .hops = graph.hops,
             .colour = colours_of(block.graph, colours),
             .shortest = options_.paths == WlPaths::kShortest,
             .distances = distances},
            budget_};
  }

  void walk_block(std::int32_t length, const Numbering& colours, const Block& block,
                  std::vector<Signature>& signature) {
    PathWalker paths = walker(block, colours);
    for (NodeId v = block.first; v < last_of(block); ++v) {
      const std::size_t own = index(offset_[block.graph] + v);
      signature[own] = mix(colours.colour[own], kOwnSalt);
      signature[own] += mix(paths.sum_from(v, length), kPathsSalt);
    }
  }

  NodeRound sorted(std::int32_t length, const Numbering& colours) {
    std::vector<std::vector<std::uint64_t>> row(index(offset_.back()));
    for_each_block([&](const Block& block) {
      PathWalker paths = walker(block, colours);
      for (NodeId v = block.first; v < last_of(block) && stopped().empty(); ++v) {
        const std::size_t own = index(offset_[block.graph] + v);
        row[own] = paths.sorted_from(v, length);
        row[own].insert(row[own].begin(), colours.colour[own]);
        words_ += static_cast<std::int64_t>(row[own].size());
      }
    });
    std::string why = stopped();
    words_ = 0;
    if (!why.empty()) {
      return {{}, std::move(why)};
    }
    std::vector<std::uint64_t> words;
    std::vector<std::int64_t> start = {0};
    for (const std::vector<std::uint64_t>& of_node : row) {
      words.insert(words.end(), of_node.begin(), of_node.end());
      start.push_back(static_cast<std::int64_t>(words.size()));
    }
    return {number_rows(words, start)};
  }

  std::vector<PathGraph> graphs_;
  std::vector<std::int64_t> offset_;
  PathWlOptions options_;
  std::vector<Block> blocks_;
  StepBudget budget_;
  std::atomic<std::int64_t> words_ = 0;  ///< Of the sorted paths of a round.
};

/// Probability that some two different multisets of paths agree.
double miss_bound(const PathWlOptions& options, std::int32_t rounds, double nodes) {
  double bound = rounds * collision_bound(nodes);
  if (options.paths == WlPaths::kShortest) {
    const double agree = rounds / std::exp2(std::min(61, ISTHMUS_WL_MIX_BITS));  // In one lane.
    bound += rounds * nodes * nodes / 2 * agree * agree;
  }
  return std::min(1.0, bound);
}

}  // namespace

Refinement path_wl(std::span<const WlGraph> graphs, const PathWlOptions& options) {
  check_refine_arguments(graphs, options.common, "path_wl");
  if (options.length < 0) {
    throw InvalidArgument("path_wl: length must be >= 0, got " + std::to_string(options.length));
  }
  if (options.max_steps < 0) {
    throw InvalidArgument("path_wl: max_steps must be >= 0, got " +
                          std::to_string(options.max_steps));
  }
  Refinement result;
  if (needs_hops(options)) {
    result.undecided = too_many_pairs(graphs, options.common);
    if (!result.undecided.empty()) {
      return result;
    }
  }
  std::vector<PathGraph> of_paths = path_graphs(graphs, options);
  const std::int32_t rounds = options.length > 0 ? options.length : largest_distance(of_paths);
  const std::vector<std::int64_t> offset = node_offsets(graphs);
  PathRounds paths(std::move(of_paths), offset, options);
  result = refine_nodes(
      offset, number_node_labels(graphs), options.common, rounds,
      [&](std::int32_t round, const Numbering& colours) { return paths.run(round, colours); });
  result.certain = options.common.exact;
  if (!options.common.exact) {
    result.error_bound = miss_bound(options, result.rounds(), static_cast<double>(offset.back()));
  }
  return result;
}

}  // namespace isthmus::expressivity
