#pragma once

#include <cmath>

namespace isthmus::rewiring {

/// Values within this share of the best one are tied with it; tolerances are never chained: the
/// best value comes first, then its group.
inline constexpr double kTieTolerance = 1e-9;

/// Whether `value` is tied with `best`, where nothing is better than `best`.
[[nodiscard]] inline bool is_tied(double best, double value) {
  return std::abs(best - value) <= kTieTolerance * std::abs(best);
}

}  // namespace isthmus::rewiring
