#pragma once

#include <span>

namespace isthmus {

/// Sums of some numbers, from which their mean and spread follow.
struct Moments {
  double sum = 0.0;
  double mean = 0.0;  ///< 0 of no numbers.
  double squares =
      0.0;  ///< Sum of (x - mean)^2: over n the variance of these, over n - 1 of a law.
};

/// Sums in the order given, the mean first and the squares around it in a second pass: numbers far
/// from 0 and close together lose nothing to cancellation.
[[nodiscard]] Moments moments(std::span<const double> numbers);

}  // namespace isthmus
