#include "isthmus/rewiring/weighted_borf.hpp"

#include <utility>

#include "borf_batches.hpp"
#include "edge_costs.hpp"
#include "length_ranking.hpp"

namespace isthmus::rewiring {

WeightedBorfResult weighted_borf(const Graph& graph, std::span<const double> length,
                                 const BorfOptions& options) {
  check_borf(graph, options, "weighted_borf");
  check_lengths(graph, length, "weighted_borf");
  BorfBatches<LengthRanking> batches(graph, options, [&](PairOrder order, auto tell) {
    return LengthRanking(graph, length, order, std::move(tell));
  });
  WeightedBorfResult result{batches.run(), {}};
  result.length = batches.ranking().length();
  return result;
}

}  // namespace isthmus::rewiring
