#include "isthmus/rewiring/balanced_forman.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "rewiring/forman_oracle.hpp"
#include "rewiring/golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::balanced_forman_test {
namespace {

using ::testing::Each;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// K6: degrees 5, four triangles, no exclusive neighbours: 4/5 - 2 + 8/5 + 4/5 = 6/5. The 4-cycle:
// 1 + 1 - 2, and both other nodes are each other's only partner: 2 / (1 * 2) = 1. Petersen's graph
// has neither triangles nor squares: 4/3 - 2.
TEST(BalancedForman, OfGraphsWhoseEdgesAreAlike) {
  EXPECT_THAT(balanced_forman(test::complete(6)).curvatures, Each(Fraction(6, 5)));
  EXPECT_THAT(balanced_forman(test::cycle(4)).curvatures, Each(Fraction(1)));
  EXPECT_THAT(balanced_forman(test::cycle(8)).curvatures, Each(Fraction(0)));
  EXPECT_THAT(balanced_forman(test::petersen()).curvatures, Each(Fraction(-2, 3)));
  EXPECT_THAT(balanced_forman(test::star(7)).curvatures, Each(Fraction(0)));
}

// K_{2,3}, edge 0-2: degrees 3 and 2; 3 and 4 each meet 1 alone, which meets both: |S| = 2 + 1,
// gamma = 2, so 2/3 + 2/2 - 2 + 3 / (2 * 3).
TEST(BalancedForman, DividesByTheMostPartners) {
  EXPECT_THAT(balanced_forman(test::complete_bipartite(2, 3)).curvatures, Each(Fraction(1, 6)));
}

class BalancedFormanOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, BalancedFormanOnRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

TEST_P(BalancedFormanOnRandomGraph, IsThatOfTheDefinition) {
  const Graph graph =
      test::erdos_renyi(20, 0.1 + 0.05 * static_cast<double>(GetParam()), GetParam());
  const test::DenseGraph dense(graph);
  const BalancedFormanResult r = balanced_forman(graph);
  ASSERT_EQ(r.edges, graph.edges());
  for (std::size_t i = 0; i < r.edges.size(); ++i) {
    EXPECT_EQ(r.curvatures[i], test::slow_bfc(dense, r.edges[i]));
  }
}

/// The kernel form by its own formula; lambda is searched, not taken to be hi.
TEST_P(BalancedFormanOnRandomGraph, KernelFormIsThatOfItsFormula) {
  const Graph graph = test::erdos_renyi(16, 0.3, GetParam());
  const test::DenseGraph dense(graph);
  const EdgeCountsResult counted = edge_counts(graph);
  for (std::size_t i = 0; i < counted.edges.size(); ++i) {
    const auto [u, v] = counted.edges[i];
    const EdgeCounts& c = counted.counts[i];
    const int lo = std::min(c.degree_u, c.degree_v);
    const int hi = std::max(c.degree_u, c.degree_v);
    int positive = 0;
    int lambda = 0;
    for (NodeId z = 0; z < dense.n(); ++z) {
      for (const int term : {dense.a(z, v) * (dense.a2(u, z) - dense.a(u, z)),
                             dense.a(u, z) * (dense.a2(z, v) - dense.a(z, v))}) {
        positive += term > 0 ? 1 : 0;
        lambda = std::max(lambda, term);
      }
    }
    const Fraction expected = Fraction(2, hi) + Fraction(2, lo) - Fraction(2) +
                              (Fraction(2, hi) + Fraction(1, lo)) * Fraction(dense.a2(u, v)) +
                              Fraction(positive, std::int64_t{hi} * lambda);
    EXPECT_EQ(balanced_forman_kernel(c), expected);
  }
}

TEST(BalancedForman, AreTheGoldenOnesBothForms) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  for (const auto& [name, record] : graphs.as_object()) {
    const Graph graph = test::golden_graph(record);
    const BalancedFormanResult r = balanced_forman(graph);
    const EdgeCountsResult counted = edge_counts(graph);
    const formats::Json values = test::golden(name);
    ASSERT_EQ(values.at("edges").as_array().size(), r.edges.size());
    for (const formats::Json& edge : values.at("edges").as_array()) {
      const Edge pair = test::golden_pairs(formats::Json::Array{edge.at("e")})[0];
      const auto i = static_cast<std::size_t>(std::find(r.edges.begin(), r.edges.end(), pair) -
                                              r.edges.begin());
      EXPECT_EQ(r.curvatures[i].to_string(), edge.at("bfc").as_string()) << name;
      EXPECT_EQ(balanced_forman_kernel(counted.counts[i]).to_string(),
                edge.at("bfc_kernel").as_string())
          << name;
    }
  }
}

TEST(BalancedForman, RefusesDegreesThatLeaveTheIntegers) {
  EdgeCounts counts;
  counts.degree_u = counts.degree_v = 2'000'000;
  counts.s_u = counts.s_v = counts.gamma = 1'000'000;
  EXPECT_THAT(test::message_of<ResourceLimit>([&] { (void)balanced_forman(counts); }),
              HasSubstr("lo hi gamma must be below 2^59, got degrees 2000000 and 2000000 and gamma "
                        "1000000"));
  counts.gamma = 100'000;
  EXPECT_LT(balanced_forman(counts), Fraction(0));
}

TEST(BalancedForman, AcceptsNothingAndRefusesWhatIsNotSimple) {
  EXPECT_THAT(balanced_forman(test::isolated(2)).curvatures, IsEmpty());
  EXPECT_THAT(balanced_forman(test::path(2)).curvatures, Each(Fraction(0)));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([] { (void)balanced_forman(test::directed_path(3)); }),
      HasSubstr("balanced_forman: graph must be undirected"));
}

}  // namespace
}  // namespace isthmus::rewiring::balanced_forman_test
