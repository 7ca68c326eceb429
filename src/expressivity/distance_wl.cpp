#include "isthmus/expressivity/distance_wl.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

#include "hop_distances.hpp"
#include "index.hpp"
#include "number_rows.hpp"
#include "rank_values.hpp"
#include "refine_nodes.hpp"
#include "resistance_numbers.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kOwnSalt = 1;
constexpr std::uint64_t kDistanceSalt = 2;
constexpr std::uint64_t kColourSalt = 3;
/// Pairs of nodes that a chunk of a round takes, about.
constexpr std::int64_t kPairsPerChunk = std::int64_t{1} << 18U;

/// Distances of all pairs of nodes as numbers common to all graphs.
struct DistanceNumbers {
  std::vector<std::vector<std::uint32_t>> number;  ///< [G][N, N].
  std::int64_t count = 0;                          ///< Numbers are below this.
  bool certain = true;
  double error_bound = 0.0;
  bool cancelled = false;
};

/// Numbers of pairs of nodes by rank over all graphs.
template <typename T>
DistanceNumbers number_pairs(const std::vector<std::vector<T>>& values) {
  std::vector<T> all;
  for (const std::vector<T>& of_graph : values) {
    all.insert(all.end(), of_graph.begin(), of_graph.end());
  }
  const Numbering ranks = rank_values<T>(all);
  DistanceNumbers result;
  result.count = ranks.classes;
  auto next = ranks.colour.begin();
  for (const std::vector<T>& of_graph : values) {
    const auto size = static_cast<std::ptrdiff_t>(of_graph.size());
    result.number.emplace_back(next, next + size);
    next += size;
  }
  return result;
}

/// Hop distances are numbers already; infinity follows the largest.
DistanceNumbers number_hops(std::span<const WlGraph> graphs) {
  DistanceNumbers result;
  for (const WlGraph& graph : graphs) {
    const std::vector<std::uint16_t> hops = hop_distances(graph.graph);
    for (const std::uint16_t d : hops) {
      result.count = std::max<std::int64_t>(result.count, d == kNoPath ? 0 : d + 1);
    }
    result.number.emplace_back(hops.begin(), hops.end());
  }
  for (std::vector<std::uint32_t>& of_graph : result.number) {
    std::ranges::replace(of_graph, std::uint32_t{kNoPath},
                         static_cast<std::uint32_t>(result.count));
  }
  ++result.count;
  return result;
}

DistanceNumbers number_resistance(std::span<const WlGraph> graphs,
                                  const DistanceWlOptions& options) {
  ResistanceNumbers found = number_resistances(graphs, ResistancePairs::kAll, options.resistance,
                                               options.common.exact, options.common.cancel);
  return {std::move(found.number), found.count, found.certain, found.error_bound, found.cancelled};
}

DistanceNumbers number_matrix(std::span<const WlGraph> graphs,
                              std::span<const std::vector<double>> matrix) {
  if (matrix.size() != graphs.size()) {
    throw InvalidArgument("distance_wl: matrix must have one matrix a graph, got " +
                          std::to_string(matrix.size()) + " for " + std::to_string(graphs.size()) +
                          " graphs");
  }
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const std::int64_t n = graphs[g].graph.num_nodes();
    if (matrix[g].size() != index(n * n)) {
      throw InvalidArgument("distance_wl: matrix of graph " + std::to_string(g) + " must have " +
                            std::to_string(n * n) + " entries, got " +
                            std::to_string(matrix[g].size()));
    }
    const auto nan = std::ranges::find_if(matrix[g], [](double d) { return std::isnan(d); });
    if (nan != matrix[g].end()) {
      throw InvalidArgument("distance_wl: matrix of graph " + std::to_string(g) +
                            " must not have a NaN, got one at entry " +
                            std::to_string(nan - matrix[g].begin()));
    }
  }
  return number_pairs(std::vector<std::vector<double>>(matrix.begin(), matrix.end()));
}

/// The pair of two distances.
DistanceNumbers join(const DistanceNumbers& first, const DistanceNumbers& second) {
  std::vector<std::vector<std::uint64_t>> both;
  for (std::size_t g = 0; g < first.number.size(); ++g) {
    both.emplace_back(first.number[g].size());
    for (std::size_t i = 0; i < both[g].size(); ++i) {
      both[g][i] = std::uint64_t{first.number[g][i]} << 32U | second.number[g][i];
    }
  }
  DistanceNumbers result = number_pairs(both);
  result.certain = first.certain && second.certain;
  result.error_bound = std::min(1.0, first.error_bound + second.error_bound);
  return result;
}

/// Edge labels as a distance, 0 where nodes are not adjacent.
DistanceNumbers number_edge_labels(std::span<const WlGraph> graphs) {
  std::vector<std::vector<std::uint64_t>> labels;
  for (const WlGraph& graph : graphs) {
    const std::int64_t n = graph.graph.num_nodes();
    std::vector<std::uint64_t>& label = labels.emplace_back(index(n * n), 0);
    std::size_t slot = 0;
    for (const auto& [u, v] : graph.graph.arcs()) {
      label[index(v * n + u)] = graph.edge_label.empty() ? 0 : graph.edge_label[slot];
      ++slot;
    }
  }
  return number_pairs(labels);
}

DistanceNumbers number_distances(std::span<const WlGraph> graphs,
                                 const DistanceWlOptions& options) {
  switch (options.distance) {
    case WlDistance::kHops:
      return number_hops(graphs);
    case WlDistance::kResistance:
      return number_resistance(graphs, options);
    case WlDistance::kMatrix:
      return number_matrix(graphs, options.matrix);
    case WlDistance::kHopsAndResistance:
      break;
  }
  const DistanceNumbers resistance = number_resistance(graphs, options);
  return resistance.cancelled ? resistance : join(number_hops(graphs), resistance);
}

/// Rows of one graph that a chunk works on.
struct RowBlock {
  std::size_t graph = 0;
  std::int64_t first = 0;
  std::int64_t last = 0;
};

class DistanceRounds {
 public:
  DistanceRounds(const DistanceNumbers& distances, std::span<const std::int64_t> offset)
      : distances_(distances),
        offset_(offset),
        node_(index(offset.back())),
        signature_(index(offset.back())) {
    for (std::int64_t d = 0; d < distances.count; ++d) {
      distance_.push_back(mix(static_cast<std::uint64_t>(d), kDistanceSalt));
    }
    for (std::size_t g = 0; g + 1 < offset.size(); ++g) {
      const std::int64_t n = offset[g + 1] - offset[g];
      const std::int64_t rows =
          std::max<std::int64_t>(1, kPairsPerChunk / std::max<std::int64_t>(n, 1));
      for (std::int64_t first = 0; first < n; first += rows) {
        blocks_.push_back({g, first, std::min(first + rows, n)});
      }
    }
  }

  NodeRound hashed(const Numbering& colours, const CancelToken& cancel) {
    for (std::size_t v = 0; v < node_.size(); ++v) {
      node_[v] = mix(colours.colour[v], kColourSalt);
    }
    for_each_row(cancel, [&](std::size_t g, std::int64_t v, std::span<const std::uint32_t> row) {
      const std::size_t own = index(offset_[g] + v);
      const Signature* const node = node_.data() + offset_[g];
      Signature sum = mix(colours.colour[own], kOwnSalt);
      for (std::size_t u = 0; u < row.size(); ++u) {
        // Of a pair of random words: their sum, mixed.
        const Signature& d = distance_[row[u]];
        sum += {mix64(d.a + node[u].a), mix64(d.b + node[u].b)};
      }
      signature_[own] = sum;
    });
    return cancel.requested() ? NodeRound{{}, "cancelled"}
                              : NodeRound{number_signatures(signature_)};
  }

  NodeRound sorted(const Numbering& colours, const CancelToken& cancel) {
    std::vector<std::int64_t> start = {0};  // Of the row of each node: its colour and n entries.
    for (std::size_t g = 0; g + 1 < offset_.size(); ++g) {
      for (std::int64_t v = offset_[g]; v < offset_[g + 1]; ++v) {
        start.push_back(start.back() + 1 + offset_[g + 1] - offset_[g]);
      }
    }
    std::vector<std::uint64_t> words(index(start.back()));
    for_each_row(cancel, [&](std::size_t g, std::int64_t v, std::span<const std::uint32_t> row) {
      const std::int64_t own = offset_[g] + v;
      const auto begin = words.begin() + start[index(own)];
      *begin = colours.colour[index(own)];
      for (std::size_t u = 0; u < row.size(); ++u) {
        begin[static_cast<std::ptrdiff_t>(u) + 1] =
            std::uint64_t{row[u]} << 32U | colours.colour[index(offset_[g]) + u];
      }
      std::sort(begin + 1, begin + static_cast<std::ptrdiff_t>(row.size()) + 1);
    });
    return cancel.requested() ? NodeRound{{}, "cancelled"} : NodeRound{number_rows(words, start)};
  }

 private:
  template <typename Body>
  void for_each_row(const CancelToken& cancel, const Body& body) const {
    parallel_chunks(static_cast<std::int64_t>(blocks_.size()), [&](std::int64_t b) {
      const RowBlock& block = blocks_[index(b)];
      const std::int64_t n = offset_[block.graph + 1] - offset_[block.graph];
      const std::span<const std::uint32_t> matrix = distances_.number[block.graph];
      for (std::int64_t v = block.first; v < block.last && !cancel.requested(); ++v) {
        body(block.graph, v, matrix.subspan(index(v * n), index(n)));
      }
    });
  }

  const DistanceNumbers& distances_;
  std::span<const std::int64_t> offset_;
  std::vector<RowBlock> blocks_;
  std::vector<Signature> distance_;   ///< Mix of each distance.
  std::vector<Signature> node_;       ///< Mix of each node's colour.
  std::vector<Signature> signature_;  ///< Of each node.
};

}  // namespace

Refinement distance_wl(std::span<const WlGraph> graphs, const DistanceWlOptions& options) {
  check_refine_arguments(graphs, options.common, "distance_wl");
  Refinement result;
  result.undecided = too_many_pairs(graphs, options.common);
  if (!result.undecided.empty()) {
    return result;
  }
  DistanceNumbers distances = number_distances(graphs, options);
  if (distances.cancelled) {
    result.undecided = "cancelled before round 1";
    return result;
  }
  if (has_edge_labels(graphs)) {
    distances = join(distances, number_edge_labels(graphs));
  }
  const std::vector<std::int64_t> offset = node_offsets(graphs);
  DistanceRounds rounds(distances, offset);
  result = refine_nodes(offset, number_node_labels(graphs), options.common, kUntilStable,
                        [&](std::int32_t, const Numbering& colours) {
                          return options.common.exact
                                     ? rounds.sorted(colours, options.common.cancel)
                                     : rounds.hashed(colours, options.common.cancel);
                        });
  result.certain = options.common.exact && distances.certain;
  if (!options.common.exact) {
    result.error_bound =
        (result.rounds() + 1) * collision_bound(static_cast<double>(offset.back()));
  }
  result.error_bound = std::min(1.0, result.error_bound + distances.error_bound);
  return result;
}

}  // namespace isthmus::expressivity
