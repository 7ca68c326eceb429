#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/philox.hpp"

namespace isthmus::datasets {

/// Draws ranks 0..n-1 in proportion to (rank + 1)^-exponent.
class RankWeights {
 public:
  /// @param n  >= 1.
  RankWeights(std::int64_t n, double exponent);

  /// One uniform draw of the stream; constant time on average.
  [[nodiscard]] std::int64_t draw(RandomStream& random) const;

 private:
  std::vector<double> sum_;          ///< Of the weights of ranks 0..i.
  std::vector<std::int64_t> start_;  ///< First rank that a draw in [g, g + 1) / n can give.
};

}  // namespace isthmus::datasets
