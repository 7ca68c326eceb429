#include "rank_weights.hpp"

#include <cmath>
#include <cstddef>

namespace isthmus::datasets {

RankWeights::RankWeights(std::int64_t n, double exponent) {
  const auto size = static_cast<std::size_t>(n);
  sum_.reserve(size);
  double sum = 0.0;
  for (std::int64_t i = 1; i <= n; ++i) {
    sum += std::pow(static_cast<double>(i), -exponent);
    sum_.push_back(sum);
  }
  start_.reserve(size);
  std::int64_t rank = 0;
  for (std::int64_t g = 0; g < n; ++g) {
    const double bound = static_cast<double>(g) / static_cast<double>(n) * sum;
    while (rank < n - 1 && sum_[static_cast<std::size_t>(rank)] <= bound) {
      ++rank;
    }
    start_.push_back(rank);
  }
}

std::int64_t RankWeights::draw(RandomStream& random) const {
  const double u = random.uniform();
  const double wanted = u * sum_.back();
  const std::size_t last = sum_.size() - 1;
  auto rank = static_cast<std::size_t>(
      start_[static_cast<std::size_t>(u * static_cast<double>(sum_.size()))]);
  while (rank < last && sum_[rank] <= wanted) {
    ++rank;
  }
  return static_cast<std::int64_t>(rank);
}

}  // namespace isthmus::datasets
