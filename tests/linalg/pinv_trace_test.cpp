#include "isthmus/linalg/pinv_trace.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/resistance_oracle.hpp"

namespace isthmus::linalg::pinv_trace_test {
namespace {

using ::testing::HasSubstr;

// R_tot = 10 = 4 tr(L+). With 12 systems the range of L+ is taken whole: nothing is left to chance.
TEST(PinvTrace, IsExactOnASmallGraph) {
  const PinvTraceResult r = pinv_trace(Pcg({test::path(4), {}}), {.solves = 12});
  EXPECT_NEAR(r.trace, 2.5, 1e-9);
  EXPECT_NEAR(r.standard_error, 0.0, 1e-9);
  EXPECT_TRUE(r.converged);
}

class PinvTraceOfSeed : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, PinvTraceOfSeed, ::testing::Range<std::uint64_t>(0, 6));

TEST_P(PinvTraceOfSeed, IsWithinItsStandardErrors) {
  const Conductances network{test::grid(15, 20), {}};
  const PinvTraceResult r = pinv_trace(Pcg(network), {.seed = GetParam()});
  EXPECT_GT(r.standard_error, 0.0);
  EXPECT_LT(r.standard_error, 0.05 * r.trace);
  // 16 probes: a Student's t of 15 degrees; five standard errors are passed once in 6000.
  EXPECT_NEAR(r.trace, test::slow_pinv(network).trace(), 5 * r.standard_error);
}

TEST(PinvTrace, HasTheSameBitsAtAnyNumberOfThreads) {
  std::vector<double> seen;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    seen.push_back(pinv_trace(Pcg({test::grid(15, 20), {}})).trace);
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(PinvTrace, IsZeroForANodeAloneAndRefusesBadArguments) {
  const Pcg alone({test::isolated(1), {}});
  EXPECT_EQ(pinv_trace(alone).trace, 0.0);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)pinv_trace(alone, {.solves = 2}); }),
              HasSubstr("solves must be >= 3"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([&] { (void)pinv_trace(alone, {.tolerance = 0.0}); }),
      HasSubstr("tolerance > 0"));
}

}  // namespace
}  // namespace isthmus::linalg::pinv_trace_test
