#include "isthmus/rewiring/balanced_forman.hpp"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "balanced_terms.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::int64_t kEdgesOfChunk = std::int64_t{1} << 14U;
constexpr std::int64_t kLargestDenominator = std::int64_t{1} << 59U;

}  // namespace

Fraction balanced_terms(std::int64_t lo, std::int64_t hi, std::int64_t tri, std::int64_t extra,
                        std::int64_t gamma) {
  // Degrees stay below 2^30, so lo hi is exact. The numerator is at most five times the
  // denominator.
  if (lo * hi >= kLargestDenominator / gamma) {
    throw ResourceLimit("balanced_forman: lo hi gamma must be below 2^59, got degrees " +
                        std::to_string(lo) + " and " + std::to_string(hi) + " and gamma " +
                        std::to_string(gamma));
  }
  const std::int64_t whole = 2 * (lo + hi) - 2 * lo * hi + tri * (2 * lo + hi);
  return {whole * gamma + extra * lo, lo * hi * gamma};
}

Fraction balanced_forman(const EdgeCounts& counts) {
  const std::int64_t lo = std::min(counts.degree_u, counts.degree_v);
  const std::int64_t hi = std::max(counts.degree_u, counts.degree_v);
  if (lo <= 1) {
    return Fraction(0);
  }
  return balanced_terms(lo, hi, counts.tri, std::int64_t{counts.s_u} + counts.s_v,
                        std::max(counts.gamma, 1));
}

Fraction balanced_forman_kernel(const EdgeCounts& counts) {
  const std::int64_t lo = std::min(counts.degree_u, counts.degree_v);
  const std::int64_t hi = std::max(counts.degree_u, counts.degree_v);
  return balanced_terms(lo, hi, counts.tri, counts.kernel_terms, hi);
}

BalancedFormanResult balanced_forman(const Graph& graph) {
  check_simple(graph, "balanced_forman");
  EdgeCountsResult counted = edge_counts(graph);
  const auto edges = static_cast<std::int64_t>(counted.edges.size());
  BalancedFormanResult result{std::move(counted.edges), {}};
  result.curvatures.resize(counted.counts.size());
  parallel_chunks((edges + kEdgesOfChunk - 1) / kEdgesOfChunk, [&](std::int64_t chunk) {
    const std::int64_t last = std::min(edges, (chunk + 1) * kEdgesOfChunk);
    for (std::int64_t i = chunk * kEdgesOfChunk; i < last; ++i) {
      result.curvatures[static_cast<std::size_t>(i)] =
          balanced_forman(counted.counts[static_cast<std::size_t>(i)]);
    }
  });
  return result;
}

}  // namespace isthmus::rewiring
