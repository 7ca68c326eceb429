#include "isthmus/rewiring/weighted_ollivier_ricci.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "length_oracle.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "transport_oracle.hpp"

namespace isthmus::rewiring::weighted_ollivier_ricci_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Path 0 -2- 1 -1- 2. mu_0 is all at 1, mu_1 one half at 0 and 2 each, mu_2 all at 1: W1 = (2 + 1)
// / 2 for both edges, of length 2 and 1.
TEST(WeightedOllivierRicci, IsByHandOnAPath) {
  const std::vector<double> length{2, 2, 1, 1};
  const auto [edges, curvature] = weighted_ollivier_ricci(test::path(3), length);
  EXPECT_THAT(edges, ElementsAre(Edge{0, 1}, Edge{1, 2}));
  EXPECT_THAT(curvature, ElementsAre(0.25, -0.5));
}

// Triangle with sides 01 = 1, 12 = 1, 02 = 5: the way over 1 is shorter, d(0,2) = 2. Edge 0-2: mu_0
// has 1/2 on 1 and 2, mu_2 1/2 on 0 and 1, so 1/2 goes 2 -> 0: W1 = 1 and kappa = 1/2.
TEST(WeightedOllivierRicci, DividesByTheDistanceAndNotByTheLength) {
  const std::vector<double> length{1, 5, 1, 1, 5, 1};
  const std::vector<Edge> edges{{0, 2}};
  EXPECT_THAT(weighted_ollivier_ricci(test::cycle(3), length, {.edges = edges}).curvature,
              ElementsAre(0.5));
}

class WeightedOllivierRicciOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, WeightedOllivierRicciOnRandomGraph,
                         ::testing::Range<std::uint64_t>(0, 6));

// Floyd and Warshall, then whole measures over all nodes.
TEST_P(WeightedOllivierRicciOnRandomGraph, IsItsDefinition) {
  const auto [graph, length] = test::random_lengths(GetParam());
  const std::vector<std::vector<double>> far = test::all_lengths(graph, length);
  for (const Fraction& idleness : {Fraction(), Fraction(1, 3), Fraction(1)}) {
    const auto [edges, curvature] = weighted_ollivier_ricci(graph, length, {.idleness = idleness});
    for (std::size_t e = 0; e < edges.size(); ++e) {
      const auto [u, v] = edges[e];
      const std::int64_t scale =
          idleness.denominator() * graph.csr().degree(u) * graph.csr().degree(v);
      const double cost =
          test::cheapest_transport(test::measure_of(graph, u, idleness, scale),
                                   test::measure_of(graph, v, idleness, scale), far);
      const double distance = far[static_cast<std::size_t>(u)][static_cast<std::size_t>(v)];
      // Sums of some dozens of products below 10.
      EXPECT_NEAR(curvature[e], 1.0 - cost / static_cast<double>(scale) / distance, 1e-10);
    }
  }
}

TEST_P(WeightedOllivierRicciOnRandomGraph, IsTheUnweightedOneWithEqualLengths) {
  const Graph graph = test::random_lengths(GetParam()).graph;
  const std::vector<double> length(static_cast<std::size_t>(graph.num_edges()), 2.5);
  const auto curvature = weighted_ollivier_ricci(graph, length).curvature;
  const auto exact = ollivier_ricci(graph).curvature;
  for (std::size_t e = 0; e < exact.size(); ++e) {
    EXPECT_NEAR(curvature[e], exact[e].to_double(), 1e-12);
  }
}

TEST_P(WeightedOllivierRicciOnRandomGraph, HasTheSameBitsForAnyNumberOfThreads) {
  const auto [graph, length] = test::random_lengths(GetParam());
  const auto all = weighted_ollivier_ricci(graph, length).curvature;
  for (const int threads : {1, 3}) {
    const ThreadBudget budget(threads);
    EXPECT_EQ(weighted_ollivier_ricci(graph, length).curvature, all);
  }
}

TEST(WeightedOllivierRicci, OfNoEdgesIsEmpty) {
  EXPECT_THAT(weighted_ollivier_ricci(test::isolated(0), {}).curvature, IsEmpty());
  // Both measures of K2 at 1/2 are the same.
  EXPECT_THAT(weighted_ollivier_ricci(test::path(2), std::vector<double>{3, 3},
                                      {.idleness = Fraction(1, 2)})
                  .curvature,
              ElementsAre(1.0));
}

TEST(WeightedOllivierRicci, RefusesBadArgumentsAndSaysWhichValue) {
  const auto refuses = [](const std::vector<double>& length, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>(
                    [&] { (void)weighted_ollivier_ricci(test::path(3), length); }),
                HasSubstr(text));
  };
  refuses({1, 1}, "weighted_ollivier_ricci: length must have one entry per arc, 4, got 2");
  refuses({1, 1, 0, 0}, "length must be > 0 and finite, edge 1-2 has 0");
  const double infinity = std::numeric_limits<double>::infinity();
  refuses({infinity, infinity, 1, 1}, "length must be > 0 and finite, edge 0-1 has inf");
  refuses({1, 2, 1, 1}, "length must be the same for both arcs, edge 0-1 has 1");
  const std::vector<double> ones(4, 1.0);
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)weighted_ollivier_ricci(test::path(3), ones, {.idleness = Fraction(5, 4)});
              }),
              HasSubstr("idleness must be within 0 .. 1, got 5/4"));
  WeightedOllivierRicciOptions options;
  options.cancel.request();
  EXPECT_THAT(test::message_of<Interrupted>(
                  [&] { (void)weighted_ollivier_ricci(test::path(3), ones, options); }),
              HasSubstr("interrupted after 0 of 2 edges"));
}

}  // namespace
}  // namespace isthmus::rewiring::weighted_ollivier_ricci_test
