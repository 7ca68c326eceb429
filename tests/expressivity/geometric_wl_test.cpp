#include "isthmus/expressivity/geometric_wl.hpp"

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "geometric_pairs.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::geometric_wl_test {
namespace {

GeometricWlOptions igwl(std::int32_t body) {
  return {.test = GeometricTest::kIgwlBody, .body = body};
}

int first_round(const std::vector<GeometricGraph>& pair, const GeometricWlOptions& options) {
  const Refinement result = geometric_wl(pair, options);
  EXPECT_EQ(result.undecided, "");
  EXPECT_FALSE(result.certain);
  return test::first_round(result);
}

/// A path of three points of which the middle sees both ends under an angle, in degrees.
GeometricGraph hinge(double degrees, std::int32_t dimension) {
  const double angle = degrees * 3.14159265358979323846 / 180;
  GeometricGraph graph = {{.graph = test::path(3)}, dimension, {}};
  for (const double x : {1.0, 0.0, std::cos(angle)}) {
    graph.position.push_back(x);
    graph.position.resize(graph.position.size() + static_cast<std::size_t>(dimension) - 1, 0.0);
  }
  graph.position[static_cast<std::size_t>(2 * dimension) + 1] = std::sin(angle);
  return graph;
}

// Distances are 1 and 1; only who sees two neighbours at once sees the angle.
TEST(GeometricWl, AnAngleTakesThreeBodies) {
  for (const std::int32_t dimension : {2, 3}) {
    const std::vector<GeometricGraph> pair = {hinge(90, dimension), hinge(60, dimension)};
    EXPECT_EQ(first_round(pair, igwl(2)), -1);
    EXPECT_EQ(first_round(pair, igwl(3)), 1);
    EXPECT_EQ(first_round(pair, {.test = GeometricTest::kIgwl}), 1);
    EXPECT_EQ(first_round(pair, {}), 1);
  }
}

// Three arms of lengths 1, 2, 3 in the plane, in one or the other turning sense.
TEST(GeometricWl, TurningSenseInThePlaneIsSeenByRotationsAlone) {
  const GeometricGraph left = {{.graph = test::star(3)}, 2, {0, 0, 1, 0, 0, 2, -3, 0}};
  GeometricGraph skew = left;
  skew.position[6] = -2;
  skew.position[7] = -2;
  GeometricGraph mirror = skew;
  for (std::size_t i = 1; i < mirror.position.size(); i += 2) {
    mirror.position[i] = -mirror.position[i];
  }
  for (const GeometricTest kind : {GeometricTest::kGwl, GeometricTest::kIgwl}) {
    EXPECT_EQ(first_round({skew, mirror}, {.test = kind}), -1);
    EXPECT_EQ(first_round({skew, mirror}, {.test = kind, .group = GeometricGroup::kRotation}), 1);
  }
}

TEST(GeometricWl, BodiesOfThePublishedPairs) {
  ISTHMUS_NEEDS_GEOMETRIC_PAIRS();
  // Two neighbours under different angles.
  EXPECT_EQ(first_round(test::geometric_pair("body2"), igwl(2)), -1);
  EXPECT_EQ(first_round(test::geometric_pair("body2"), igwl(3)), 1);
  // All angles are the same; three neighbours at once tell.
  EXPECT_EQ(first_round(test::geometric_pair("body3"), igwl(3)), -1);
  EXPECT_EQ(first_round(test::geometric_pair("body3"), igwl(4)), 1);
  // One point lies above or below two triangles that are skew to each other.
  const std::vector<GeometricGraph> skew = test::geometric_pair("body4_nonchiral_scalene");
  EXPECT_EQ(first_round(skew, igwl(3)), -1);
  EXPECT_EQ(first_round(skew, {.test = GeometricTest::kIgwl}), 1);
  EXPECT_EQ(first_round(skew, {}), 1);
}

TEST(GeometricWl, TheChiralPairIsSeenByRotationsAlone) {
  ISTHMUS_NEEDS_GEOMETRIC_PAIRS();
  const std::vector<GeometricGraph> pair = test::geometric_pair("body4_chiral_scalene");
  for (const GeometricTest kind : {GeometricTest::kGwl, GeometricTest::kIgwl}) {
    EXPECT_EQ(first_round(pair, {.test = kind}), -1);
    EXPECT_EQ(first_round(pair, {.test = kind, .group = GeometricGroup::kRotation}), 1);
  }
}

// Joshi et al.: floor(k/2) + 1 rounds, and scalars never do.
TEST(GeometricWl, ChainsTakeHalfTheirLengthInRounds) {
  ISTHMUS_NEEDS_GEOMETRIC_PAIRS();
  for (int k = 2; k <= 7; ++k) {
    const std::vector<GeometricGraph> pair = test::geometric_pair("kchain_" + std::to_string(k));
    for (const double tolerance : {1e-4, 1e-5, 1e-6, 1e-7, 1e-8}) {
      EXPECT_EQ(
          first_round(pair, {.tolerance = tolerance, .common = {.until_graphs_differ = true}}),
          k / 2 + 1)
          << k;
    }
    const Refinement scalars = geometric_wl(pair, {.test = GeometricTest::kIgwl});
    EXPECT_EQ(test::first_round(scalars), -1);
    EXPECT_TRUE(scalars.stable);
  }
}

class GeometricWlOnMovedGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(GeometricWlOnMovedGraphs, RigidMotionsAndNamesChangeNothing) {
  ISTHMUS_NEEDS_GEOMETRIC_PAIRS();
  for (const char* const name : {"body3", "body4_chiral_scalene", "kchain_3"}) {
    const std::vector<GeometricGraph> pair = test::geometric_pair(name);
    for (const GeometricTest kind :
         {GeometricTest::kGwl, GeometricTest::kIgwl, GeometricTest::kIgwlBody}) {
      for (const GeometricGroup group : {GeometricGroup::kOrthogonal, GeometricGroup::kRotation}) {
        const GeometricWlOptions options = {.test = kind, .body = 4, .group = group};
        const bool reflect = group == GeometricGroup::kOrthogonal && GetParam() % 2 == 1;
        const GeometricGraph other = test::moved(pair[0], GetParam(), reflect);
        EXPECT_EQ(first_round({pair[0], other}, options), -1) << name;
        EXPECT_EQ(first_round({other, pair[1]}, options), first_round(pair, options)) << name;
        EXPECT_EQ(first_round({pair[1], pair[0]}, options), first_round(pair, options)) << name;
      }
    }
  }
}

TEST_P(GeometricWlOnMovedGraphs, MoreBodiesNeverSeeLess) {
  GeometricGraph a = {{.graph = test::erdos_renyi(5, 0.6, GetParam())}, 3, {}};
  RandomStream draws(GetParam(), 30);
  for (int i = 0; i < 15; ++i) {
    a.position.push_back(static_cast<double>(draws.integer(3)));
  }
  GeometricGraph b = a;
  for (int i = 0; i < 3; ++i) {
    b.position[static_cast<std::size_t>(3 * i)] = static_cast<double>(draws.integer(3));
  }
  const std::vector<GeometricGraph> pair = {a, b};
  const std::vector<GeometricWlOptions> ladder = {
      igwl(2), igwl(3), igwl(4), {.test = GeometricTest::kIgwl}, {.test = GeometricTest::kGwl}};
  bool before = false;
  for (const GeometricWlOptions& options : ladder) {
    const bool now = first_round(pair, options) >= 0;
    EXPECT_TRUE(now || !before);
    before = now;
  }
  const Refinement all = geometric_wl(pair, {});
  const ThreadBudget one(1);
  EXPECT_EQ(geometric_wl(pair, {}).colour, all.colour);
}

INSTANTIATE_TEST_SUITE_P(Seeds, GeometricWlOnMovedGraphs, ::testing::Range<std::uint64_t>(0, 4));

TEST(GeometricWl, PointsInOnePlaceAndGraphsWithoutEdges) {
  EXPECT_TRUE(geometric_wl({}, {}).stable);
  const GeometricGraph heap = {{.graph = test::complete(3)}, 3, std::vector<double>(9, 1.0)};
  const GeometricGraph apart = {{.graph = test::complete(3)}, 3, {0, 0, 0, 1, 0, 0, 0, 1, 0}};
  const GeometricGraph single = {{.graph = test::isolated(1)}, 3, {1, 2, 3}};
  for (const GeometricTest kind :
       {GeometricTest::kGwl, GeometricTest::kIgwl, GeometricTest::kIgwlBody}) {
    EXPECT_EQ(first_round({heap, apart}, {.test = kind}), 1);
    EXPECT_EQ(first_round({single, single}, {.test = kind}), -1);
    EXPECT_EQ(first_round({{}, {}}, {.test = kind}), -1);
  }
}

TEST(GeometricWl, StopsAtLimitsAndNamesBadArguments) {
  std::vector<GeometricGraph> graphs = {hinge(90, 3)};
  GeometricWlOptions options = {.max_steps = 5};
  EXPECT_EQ(geometric_wl(graphs, options).undecided,
            "the vectors in frames exceed max_steps = 5 after 0 rounds");
  options.common.cancel.request();
  EXPECT_EQ(geometric_wl(graphs, options).undecided, "cancelled after 0 rounds");
  const auto message = [&](const GeometricWlOptions& bad) {
    return test::message_of<InvalidArgument>([&] { (void)geometric_wl(graphs, bad); });
  };
  EXPECT_EQ(message(igwl(1)), "geometric_wl: body must be >= 2, got 1");
  EXPECT_EQ(message({.tolerance = 0}), "geometric_wl: tolerance must be > 0, got 0.000000");
  EXPECT_EQ(message({.max_steps = -1}), "geometric_wl: max_steps must be >= 0, got -1");
  graphs.push_back(hinge(90, 2));
  EXPECT_EQ(message({}), "geometric_wl: all graphs must have the same dimension, got 3 and 2");
  graphs = {hinge(90, 3)};
  graphs[0].dimension = 4;
  EXPECT_EQ(message({}), "geometric_wl: dimension must be 2 or 3, got 4");
  graphs[0].dimension = 2;
  EXPECT_EQ(message({}), "geometric_wl: position must have 6 entries, got 9");
  graphs[0].dimension = 3;
  graphs[0].position[4] = std::numeric_limits<double>::infinity();
  EXPECT_EQ(message({}), "geometric_wl: position must be finite, got inf at entry 4");
}

}  // namespace
}  // namespace isthmus::expressivity::geometric_wl_test
