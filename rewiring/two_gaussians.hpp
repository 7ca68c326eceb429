#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace isthmus::rewiring {

/// A value and how often it occurs.
struct ValueCount {
  std::int64_t value = 0;
  std::int64_t count = 0;
};

/// A mixture of two normal distributions, the one of smaller mean first.
struct TwoGaussians {
  std::array<double, 2> mean = {};
  std::array<double, 2> deviation = {};
  std::array<double, 2> weight = {};
  int rounds = 0;  ///< Of EM.
};

/// Fits two Gaussians by EM to `values`, distinct and ascending. Start: the split that leaves the
/// smallest sum of squares around two means (ties: the first). End: no parameter moves by more than
/// 1e-6, or 200 rounds. Variances are 1e-6 at least. Nothing: fewer than two values.
/// @par Cost  O(values) a round.
[[nodiscard]] std::optional<TwoGaussians> fit_two_gaussians(const std::vector<ValueCount>& values);

}  // namespace isthmus::rewiring
