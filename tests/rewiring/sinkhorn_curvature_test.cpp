#include "isthmus/rewiring/sinkhorn_curvature.hpp"

#include <cmath>
#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"
#include "isthmus/rewiring/weighted_ollivier_ricci.hpp"

#include "length_oracle.hpp"
#include "rewiring/sinkhorn_transport.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::sinkhorn_curvature_test {
namespace {

using ::testing::DoubleNear;
using ::testing::Each;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// A dozen sums of numbers below 10.
constexpr double kRounding = 1e-12;

// A leaf's measure is all at the hub, the hub's is spread over the leaves: one source, so there is
// but one plan, and every leaf is at 1. W1 = 1, kappa = 0.
TEST(SinkhornCurvature, IsExactWhereThereIsOnePlan) {
  const SinkhornCurvatureResult r = sinkhorn_curvature(test::star(3));
  EXPECT_THAT(r.edges, ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{0, 3}));
  EXPECT_THAT(r.curvature, Each(DoubleNear(0.0, kRounding)));
  EXPECT_THAT(r.gap, Each(DoubleNear(0.0, kRounding)));
}

// Two units from {0, 1} to {0, 1} at costs 0 and 1, epsilon = 1. By symmetry the plan is (a, b; b,
// a) with b / a = e^-1, a + b = 1/2: b = 1 / (2 (1 + e)), and it costs 2 b of one unit, so 4 b. The
// potentials are equal within rows and columns, f + g = 0: the bound is 0, the least cost.
TEST(SinkhornCurvature, HasThePlanOfTwoByTwoByHand) {
  const std::vector<std::int64_t> mass{1, 1};
  const std::vector<double> cost{0, 1, 1, 0};
  const auto [lower, upper] = SinkhornTransport().solve(mass, mass, cost, 1.0, 50);
  EXPECT_NEAR(lower, 0.0, kRounding);
  EXPECT_NEAR(upper, 2.0 / (1.0 + std::exp(1.0)), kRounding);
}

// Rows cost 0 and 5 wherever they go: every plan costs 3 * 5. The potentials of rows lie log 3
// epsilon beside the true ones, as their masses do; only made as large as they may be they prove
// that cost.
TEST(SinkhornCurvature, ProvesTheCostWhereEveryPlanIsBest) {
  const std::vector<std::int64_t> supply{1, 3};
  const std::vector<std::int64_t> demand{2, 2};
  const std::vector<double> cost{0, 0, 5, 5};
  const auto [lower, upper] = SinkhornTransport().solve(supply, demand, cost, 1.0, 3);
  EXPECT_NEAR(lower, 15.0, 1e-11);
  EXPECT_NEAR(upper, 15.0, 1e-11);
}

class SinkhornCurvatureOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SinkhornCurvatureOnRandomGraph,
                         ::testing::Range<std::uint64_t>(0, 8));

/// curvature <= true curvature <= curvature + gap, however rough the estimate is.
void expect_bounds(const SinkhornCurvatureResult& estimate, const std::vector<double>& exact) {
  ASSERT_EQ(estimate.curvature.size(), exact.size());
  for (std::size_t e = 0; e < exact.size(); ++e) {
    EXPECT_GE(estimate.gap[e], 0.0);
    EXPECT_LE(estimate.curvature[e], exact[e] + kRounding);
    EXPECT_GE(estimate.curvature[e] + estimate.gap[e], exact[e] - kRounding);
  }
}

TEST_P(SinkhornCurvatureOnRandomGraph, ItsGapBoundsTheTrueError) {
  const auto [graph, length] = test::random_lengths(GetParam());
  for (const Fraction& idleness : {Fraction(), Fraction(1, 3)}) {
    std::vector<double> exact;
    for (const Fraction& value : ollivier_ricci(graph, {.idleness = idleness}).curvature) {
      exact.push_back(value.to_double());
    }
    const auto by_length = weighted_ollivier_ricci(graph, length, {.idleness = idleness}).curvature;
    for (const std::int32_t rounds : {1, 5, 200}) {
      for (const double regularization : {0.02, 0.05, 1.0}) {
        expect_bounds(
            sinkhorn_curvature(
                graph, {.idleness = idleness, .regularization = regularization, .rounds = rounds}),
            exact);
        expect_bounds(sinkhorn_curvature(graph, {.idleness = idleness,
                                                 .length = length,
                                                 .regularization = regularization,
                                                 .rounds = rounds}),
                      by_length);
      }
    }
  }
}

// A plan of the entropy's optimum costs at most epsilon log(pairs) more than the least, 0.05 * 3 *
// log(17 * 17) = 0.85 at most; what is seen is far less.
TEST_P(SinkhornCurvatureOnRandomGraph, IsCloseWithItsDefaults) {
  const Graph graph = test::random_lengths(GetParam()).graph;
  const auto exact = ollivier_ricci(graph).curvature;
  const auto estimate = sinkhorn_curvature(graph);
  for (std::size_t e = 0; e < exact.size(); ++e) {
    EXPECT_NEAR(estimate.curvature[e], exact[e].to_double(), 0.1);
    EXPECT_LE(estimate.gap[e], 0.2);
  }
}

TEST_P(SinkhornCurvatureOnRandomGraph, HasTheSameBitsForAnyNumberOfThreads) {
  const auto [graph, length] = test::random_lengths(GetParam());
  const auto all = sinkhorn_curvature(graph, {.length = length});
  for (const int threads : {1, 3}) {
    const ThreadBudget budget(threads);
    const auto again = sinkhorn_curvature(graph, {.length = length});
    EXPECT_EQ(again.curvature, all.curvature);
    EXPECT_EQ(again.gap, all.gap);
  }
}

TEST(SinkhornCurvature, OfNoEdgesIsEmptyAndOfChosenOnesTheirs) {
  EXPECT_THAT(sinkhorn_curvature(test::isolated(0)).curvature, IsEmpty());
  EXPECT_THAT(sinkhorn_curvature(test::isolated(2)).gap, IsEmpty());
  const std::vector<Edge> edges{{1, 2}};
  EXPECT_THAT(sinkhorn_curvature(test::path(4), {.edges = edges}).curvature,
              ElementsAre(DoubleNear(0.0, 0.005)));  // some mass goes 0 -> 3 and 2 -> 1
  // Both measures of K2 at 1/2 are the same: nothing is to be shipped.
  EXPECT_THAT(sinkhorn_curvature(test::path(2), {.idleness = Fraction(1, 2)}).curvature,
              ElementsAre(1.0));
}

TEST(SinkhornCurvature, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const SinkhornCurvatureOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>(
                    [&] { (void)sinkhorn_curvature(test::path(3), options); }),
                HasSubstr(text));
  };
  refuses({.regularization = 0.0}, "regularization must be > 0 and finite, rounds >= 1, got 0 and");
  refuses({.regularization = std::numeric_limits<double>::infinity()}, "got inf and 200");
  refuses({.rounds = 0}, "got 0.05 and 0");
  refuses({.idleness = Fraction(5, 4)}, "idleness must be within 0 .. 1, got 5/4");
  const std::vector<double> length{1, 1};
  refuses({.length = length}, "sinkhorn_curvature: length must have one entry per arc, 4, got 2");
  const std::vector<Edge> edges{{0, 2}};
  refuses({.edges = edges}, "0-2");
  SinkhornCurvatureOptions options;
  options.cancel.request();
  EXPECT_THAT(
      test::message_of<Interrupted>([&] { (void)sinkhorn_curvature(test::path(3), options); }),
      HasSubstr("interrupted after 0 of 2 edges"));
}

}  // namespace
}  // namespace isthmus::rewiring::sinkhorn_curvature_test
