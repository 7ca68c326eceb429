#include "tier_choice.hpp"

#include <utility>

#include "isthmus/core/available_memory.hpp"
#include "isthmus/linalg/sparse_cholesky.hpp"

namespace isthmus::rewiring {

TierChoice choose_tier(const Graph& graph, const TierLimits& limits) {
  const std::int64_t available =
      limits.memory_limit >= 0 ? limits.memory_limit : available_memory();
  const auto fits = [&](std::int64_t bytes) { return available < 0 || bytes <= available; };
  const std::int64_t n = graph.num_nodes();
  if (n <= limits.max_dense_nodes && fits(8 * n * n)) {
    return {};
  }
  linalg::FillPrediction fill = linalg::predict_fill(graph);
  const bool sparse =
      fits(fill.bytes + limits.bytes_besides) && fill.multiplications <= limits.max_factor_work;
  return {.tier = sparse ? ResistanceTier::kSparse : ResistanceTier::kSketch,
          .predicted = FactorCost{.entries = fill.entries,
                                  .multiplications = fill.multiplications,
                                  .bytes = fill.bytes},
          .order = std::move(fill.order)};
}

std::optional<FactorCost> costlier(const std::optional<FactorCost>& a,
                                   const std::optional<FactorCost>& b) {
  if (!a || !b) {
    return a ? a : b;
  }
  return a->multiplications < b->multiplications ? b : a;
}

}  // namespace isthmus::rewiring
