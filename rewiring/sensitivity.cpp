#include "isthmus/rewiring/sensitivity.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <utility>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "gcn_scale.hpp"
#include "node_loop.hpp"
#include "ring_walker.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::uint32_t kRootStream = 0x696e666c;  // "infl"

/// Columns of powers of Â, one after the other, each over the ball that it fills.
class PowerColumn {
 public:
  PowerColumn(const CsrView& csr, const std::vector<double>& scale)
      : csr_(csr), scale_(scale), rings_(csr), now_(scale.size()), next_(scale.size()) {}

  /// Column `root` of Â^0; nodes within `reach` hops can be asked for, after at most so many steps.
  void start(NodeId root, std::int32_t reach) {
    for (const NodeId v : rings_.within(rings_.last_hop())) {
      now_[index(v)] = 0.0;
      next_[index(v)] = 0.0;
    }
    rings_.walk(root, reach);
    now_[index(root)] = 1.0;
    step_ = 0;
  }
  /// Column `root` of the next power.
  void step() {
    ++step_;
    for (const NodeId v : rings_.within(step_)) {
      double sum = scale_[index(v)] * now_[index(v)];
      for (const NodeId u : csr_.row(v)) {
        sum += scale_[index(u)] * now_[index(u)];
      }
      next_[index(v)] = scale_[index(v)] * sum;
    }
    now_.swap(next_);
  }
  [[nodiscard]] double of(NodeId v) const noexcept { return now_[index(v)]; }
  [[nodiscard]] const RingWalker& rings() const noexcept { return rings_; }

 private:
  CsrView csr_;
  const std::vector<double>& scale_;
  RingWalker rings_;
  std::vector<double> now_;
  std::vector<double> next_;
  std::int32_t step_ = 0;
};

void check_arguments(const Graph& graph, std::span<const Edge> pairs,
                     const InfluenceOptions& options) {
  check_simple(graph, "influence");
  for (const auto& [u, v] : pairs) {
    if (std::min(u, v) < 0 || std::max(u, v) >= graph.num_nodes()) {
      throw InvalidArgument("influence: a pair must name two of the " +
                            std::to_string(graph.num_nodes()) + " nodes, got " + std::to_string(u) +
                            " and " + std::to_string(v));
    }
  }
  for (const std::int32_t k : options.steps) {
    if (k < 0) {
      throw InvalidArgument("influence: steps must be >= 0, got " + std::to_string(k));
    }
  }
}

/// Positions of pairs, by their first node.
struct ByRoot {
  std::vector<std::size_t> order;
  std::vector<std::size_t> first;  ///< In `order`, of each first node, and its size.
};

ByRoot by_root(std::span<const Edge> pairs) {
  ByRoot result;
  result.order.resize(pairs.size());
  std::iota(result.order.begin(), result.order.end(), std::size_t{0});
  std::stable_sort(result.order.begin(), result.order.end(),
                   [&](std::size_t a, std::size_t b) { return pairs[a].u < pairs[b].u; });
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (i == 0 || pairs[result.order[i]].u != pairs[result.order[i - 1]].u) {
      result.first.push_back(i);
    }
  }
  result.first.push_back(pairs.size());
  return result;
}

std::vector<NodeId> roots_of(const Graph& graph, const InfluenceByHopOptions& options) {
  const NodeId nodes = graph.num_nodes();
  std::vector<NodeId> roots(index(std::min(nodes, options.roots)));
  if (nodes <= options.roots) {
    std::iota(roots.begin(), roots.end(), 0);
    return roots;
  }
  const std::vector<std::int64_t> drawn =
      RandomStream(options.seed, kRootStream).sample(nodes, options.roots);
  std::transform(drawn.begin(), drawn.end(), roots.begin(),
                 [](std::int64_t v) { return static_cast<NodeId>(v); });
  std::sort(roots.begin(), roots.end());
  return roots;
}

/// By hop.
struct HopSums {
  std::vector<std::int64_t> pairs;
  std::vector<double> log10;

  void add(std::size_t hop, std::int64_t count, double sum) {
    if (hop >= pairs.size()) {
      pairs.resize(hop + 1);
      log10.resize(hop + 1);
    }
    pairs[hop] += count;
    log10[hop] += sum;
  }
};

}  // namespace

std::vector<Influence> influence(const Graph& graph, std::span<const Edge> pairs,
                                 const InfluenceOptions& options) {
  check_arguments(graph, pairs, options);
  const CsrView csr = graph.csr();
  const std::vector<double> scale = gcn_scale(csr);
  const ByRoot groups = by_root(pairs);
  const std::size_t width = options.steps.size();
  std::vector<Influence> result(pairs.size() * width);
  const std::int32_t most =
      width == 0 ? 0 : *std::max_element(options.steps.begin(), options.steps.end());
  const bool done = for_node_chunks(  // nobody can cancel it
      static_cast<std::int64_t>(groups.first.size()) - 1, {{}, {}},
      [&] { return PowerColumn(csr, scale); },
      [&](PowerColumn& column, std::int64_t, std::int64_t first, std::int64_t last) {
        for (std::int64_t group = first; group < last; ++group) {
          const std::size_t begin = groups.first[index(group)];
          const std::size_t end = groups.first[index(group) + 1];
          column.start(pairs[groups.order[begin]].u, -1);  // hops beyond k are asked for, too
          for (std::int32_t k = 0; k <= most; ++k) {
            for (std::size_t i = begin; i < end; ++i) {
              const Edge pair = pairs[groups.order[i]];
              for (std::size_t s = 0; s < width; ++s) {
                if (options.steps[s] == k) {
                  result[groups.order[i] * width + s] = {pair, column.rings().hop(pair.v), k,
                                                         column.of(pair.v)};
                }
              }
            }
            if (k < most) {
              column.step();
            }
          }
        }
      });
  ISTHMUS_ASSERT(done);
  static_cast<void>(done);
  return result;
}

InfluenceByHop influence_by_hop(const Graph& graph, const InfluenceByHopOptions& options) {
  check_simple(graph, "influence_by_hop");
  if (options.steps < 0) {
    throw InvalidArgument("influence_by_hop: steps must be >= 0, got " +
                          std::to_string(options.steps));
  }
  if (options.roots < 1) {
    throw InvalidArgument("influence_by_hop: roots must be >= 1, got " +
                          std::to_string(options.roots));
  }
  const CsrView csr = graph.csr();
  const std::vector<double> scale = gcn_scale(csr);
  const std::vector<NodeId> roots = roots_of(graph, options);
  InfluenceByHop result;
  result.steps = options.steps;
  result.roots = static_cast<NodeId>(roots.size());
  result.is_sample = result.roots < graph.num_nodes();
  const auto count = static_cast<std::int64_t>(roots.size());
  std::vector<HopSums> parts(index(chunks_of(count)));
  const bool done = for_node_chunks(
      count, {options.progress, options.cancel}, [&] { return PowerColumn(csr, scale); },
      [&](PowerColumn& column, std::int64_t chunk, std::int64_t first, std::int64_t last) {
        for (std::int64_t i = first; i < last; ++i) {
          column.start(roots[index(i)], options.steps);
          for (std::int32_t k = 0; k < options.steps; ++k) {
            column.step();
          }
          for (std::int32_t hop = 0; hop <= column.rings().last_hop(); ++hop) {
            double sum = 0.0;
            const std::span<const NodeId> ring = column.rings().ring(hop);
            for (const NodeId v : ring) {
              sum += std::log10(column.of(v));
            }
            parts[index(chunk)].add(index(hop), static_cast<std::int64_t>(ring.size()), sum);
          }
        }
      });
  if (!done) {
    result.stop = Stop::kLimit;
    return result;
  }
  HopSums all;
  for (const HopSums& part : parts) {
    for (std::size_t hop = 0; hop < part.pairs.size(); ++hop) {
      all.add(hop, part.pairs[hop], part.log10[hop]);
    }
  }
  result.pairs = std::move(all.pairs);
  for (std::size_t hop = 0; hop < result.pairs.size(); ++hop) {
    result.mean_log10.push_back(all.log10[hop] / static_cast<double>(result.pairs[hop]));
  }
  return result;
}

}  // namespace isthmus::rewiring
