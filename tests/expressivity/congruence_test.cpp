#include "isthmus/expressivity/congruence.hpp"

#include <cmath>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "geometric_pairs.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::congruence_test {
namespace {

/// An L of three points, its legs of length 1 and 2, joined as a path from the corner's neighbours.
GeometricGraph angle_bracket() {
  return {{.graph = test::path(3)}, 3, {1, 0, 0, 0, 0, 0, 0, 2, 0}};
}

TEST(Congruence, FindsTheMotionAndSaysHowFarItIsOff) {
  const GeometricGraph a = angle_bracket();
  GeometricGraph b = {{.graph = test::path(3)}, 3, {5, 7, 3, 5, 5, 3, 5, 5, 4}};
  const CongruenceResult found = congruence(a, b);
  ASSERT_TRUE(found.congruent);
  EXPECT_EQ(found.mapping, (std::vector<NodeId>{2, 1, 0}));
  EXPECT_LT(found.residual, 1e-12);
  b.position[1] += 1e-7;  // The longer leg.
  EXPECT_TRUE(congruence(a, b).congruent);
  EXPECT_GT(congruence(a, b).residual, 1e-8);
  b.position[1] += 1e-3;
  EXPECT_FALSE(congruence(a, b).congruent);
  EXPECT_TRUE(congruence(a, b, {.tolerance = 1e-2}).congruent);
}

TEST(Congruence, TypesEdgesAndLabelsHaveToFit) {
  const GeometricGraph a = angle_bracket();
  GeometricGraph b = a;
  b.graph.node_label = {0, 0, 1};
  EXPECT_FALSE(congruence(a, b).congruent);
  b = a;
  b.graph.edge_label = {1, 1, 0, 0};
  EXPECT_FALSE(congruence(a, b).congruent);
  b = a;
  const std::vector<Edge> hinged = {{0, 1}, {0, 2}};
  b.graph.graph = Graph::from_edges(3, hinged);
  EXPECT_FALSE(congruence(a, b).congruent);
  b.graph.graph = test::complete(3);
  EXPECT_FALSE(congruence(a, b).congruent);
}

TEST(Congruence, ThePublishedPairs) {
  ISTHMUS_NEEDS_GEOMETRIC_PAIRS();
  const auto are_congruent = [](const std::string& name, GeometricGroup group) {
    const std::vector<GeometricGraph> pair = test::geometric_pair(name);
    const CongruenceResult result = congruence(pair[0], pair[1], {.group = group});
    EXPECT_TRUE(result.decided);
    return result.congruent;
  };
  for (const GeometricGroup group : {GeometricGroup::kOrthogonal, GeometricGroup::kRotation}) {
    for (const char* const name :
         {"body2", "body3", "body4_nonchiral_scalene", "kchain_2", "kchain_7"}) {
      EXPECT_FALSE(are_congruent(name, group)) << name;
    }
  }
  // The isosceles triangle of the public pair lets a rotation do what a reflection does.
  EXPECT_TRUE(are_congruent("body4_chiral", GeometricGroup::kRotation));
  EXPECT_FALSE(are_congruent("body4_chiral_scalene", GeometricGroup::kRotation));
  EXPECT_TRUE(are_congruent("body4_chiral_scalene", GeometricGroup::kOrthogonal));
}

class CongruenceOfMovedGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(CongruenceOfMovedGraphs, IsFoundAndCarriesPoints) {
  for (const std::int32_t dimension : {2, 3}) {
    GeometricGraph a = {{.graph = test::erdos_renyi(7, 0.4, GetParam())}, dimension, {}};
    RandomStream draws(GetParam(), 31);
    for (int i = 0; i < 7 * dimension; ++i) {
      a.position.push_back(draws.uniform());
    }
    for (const bool reflect : {false, true}) {
      const GeometricGraph b = test::moved(a, GetParam(), reflect);
      const CongruenceResult found = congruence(a, b);
      ASSERT_TRUE(found.congruent);
      EXPECT_LT(found.residual, 1e-12);
      const auto gap = [dimension](const GeometricGraph& g, NodeId u, NodeId v) {
        double sum = 0;
        for (std::int32_t i = 0; i < dimension; ++i) {
          const double x = g.position[static_cast<std::size_t>(u * dimension + i)] -
                           g.position[static_cast<std::size_t>(v * dimension + i)];
          sum += x * x;
        }
        return std::sqrt(sum);
      };
      for (NodeId u = 0; u < 7; ++u) {
        for (NodeId v = 0; v < 7; ++v) {
          EXPECT_NEAR(gap(a, u, v),
                      gap(b, found.mapping[static_cast<std::size_t>(u)],
                          found.mapping[static_cast<std::size_t>(v)]),
                      1e-12);
        }
      }
      EXPECT_EQ(congruence(a, b, {.group = GeometricGroup::kRotation}).congruent, !reflect);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CongruenceOfMovedGraphs, ::testing::Range<std::uint64_t>(0, 6));

TEST(Congruence, SmallestInputsAndLines) {
  EXPECT_TRUE(congruence({}, {}).congruent);
  const GeometricGraph one = {{.graph = test::isolated(1)}, 3, {1, 2, 3}};
  EXPECT_TRUE(congruence(one, {{.graph = test::isolated(1)}, 3, {0, 0, 0}}).congruent);
  EXPECT_FALSE(congruence(one, {}).congruent);
  const GeometricGraph line = {{.graph = test::path(3)}, 3, {0, 0, 0, 0, 0, 1, 0, 0, 3}};
  const GeometricGraph other = {{.graph = test::path(3)}, 3, {4, 0, 0, 2, 0, 0, 1, 0, 0}};
  // Gaps 1 and 2 along both lines, the second from the other end.
  EXPECT_EQ(congruence(line, other).mapping, (std::vector<NodeId>{2, 1, 0}));
  EXPECT_TRUE(congruence(line, other, {.group = GeometricGroup::kRotation}).congruent);
}

TEST(Congruence, StopsAtMaxMotionsAndNamesBadArguments) {
  const CongruenceResult none = congruence(angle_bracket(), angle_bracket(), {.max_motions = 0});
  EXPECT_FALSE(none.decided);
  EXPECT_FALSE(none.congruent);
  const auto message = [](const GeometricGraph& b, const CongruenceOptions& options) {
    return test::message_of<InvalidArgument>(
        [&] { (void)congruence(angle_bracket(), b, options); });
  };
  EXPECT_EQ(message(angle_bracket(), {.max_motions = -1}),
            "congruence: max_motions must be >= 0, got -1");
  EXPECT_EQ(message(angle_bracket(), {.tolerance = -1}),
            "congruence: tolerance must be > 0, got -1.000000");
  EXPECT_EQ(message({{.graph = test::isolated(1)}, 2, {0, 0}}, {}),
            "congruence: both graphs must have the same dimension, got 3 and 2");
}

}  // namespace
}  // namespace isthmus::expressivity::congruence_test
