#include "expressivity/modular_inverse.hpp"

#include <cstdint>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/philox.hpp"

namespace isthmus::expressivity::modular_inverse_test {
namespace {

TEST(ModularInverse, PrimesBelowABound) {
  EXPECT_EQ(prime_below(std::uint32_t{1} << 31U), 2147483647U);
  EXPECT_EQ(prime_below(2147483647U), 2147483629U);
  EXPECT_EQ(prime_below(2147483629U), 2147483587U);
  EXPECT_EQ(prime_below(98), 97U);
  EXPECT_EQ(prime_below(97), 89U);
}

// 1/2 = 4 modulo 7; the exchange of rows has itself as inverse.
TEST(ModularInverse, ByHand) {
  std::vector<std::uint64_t> half = {2};
  EXPECT_EQ(invert_modulo(half, 1, 7, {}), InverseOutcome::kDone);
  EXPECT_EQ(half[0], 4U);
  std::vector<std::uint64_t> exchange = {0, 1, 1, 0};
  EXPECT_EQ(invert_modulo(exchange, 2, 7, {}), InverseOutcome::kDone);
  EXPECT_EQ(exchange, (std::vector<std::uint64_t>{0, 1, 1, 0}));
  std::vector<std::uint64_t> singular = {1, 2, 2, 4};
  EXPECT_EQ(invert_modulo(singular, 2, 7, {}), InverseOutcome::kSingular);
  std::vector<std::uint64_t> nothing;
  EXPECT_EQ(invert_modulo(nothing, 0, 7, {}), InverseOutcome::kDone);
}

/// The size is the parameter; 300 uses all threads. A quarter of the entries are 0, so that rows
/// are exchanged.
class ModularInverseOfSize : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(ModularInverseOfSize, TimesTheMatrixIsTheUnit) {
  const std::int64_t n = GetParam();
  for (const std::uint32_t p : {2147483647U, 65521U}) {
    RandomStream draws(static_cast<std::uint64_t>(n), p);
    std::vector<std::uint64_t> matrix;
    for (std::int64_t i = 0; i < n * n; ++i) {
      const auto entry = static_cast<std::uint64_t>(draws.integer(p));
      matrix.push_back(draws.integer(4) == 0 ? 0 : entry);
    }
    std::vector<std::uint64_t> inverse = matrix;
    ASSERT_EQ(invert_modulo(inverse, n, p, {}), InverseOutcome::kDone);
    const auto at = [n](std::int64_t i, std::int64_t j) {
      return static_cast<std::size_t>(i * n + j);
    };
    for (std::int64_t i = 0; i < n; i += 1 + n / 40) {
      for (std::int64_t j = 0; j < n; ++j) {
        std::uint64_t sum = 0;
        for (std::int64_t k = 0; k < n; ++k) {
          sum = (sum + matrix[at(i, k)] * inverse[at(k, j)]) % p;
        }
        ASSERT_EQ(sum, i == j ? 1U : 0U);
      }
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Sizes, ModularInverseOfSize, ::testing::Values(6, 40, 300));

TEST(ModularInverse, StopsWhenCancelled) {
  const CancelToken cancel;
  cancel.request();
  std::vector<std::uint64_t> one = {1};
  EXPECT_EQ(invert_modulo(one, 1, 7, cancel), InverseOutcome::kCancelled);
}

}  // namespace
}  // namespace isthmus::expressivity::modular_inverse_test
