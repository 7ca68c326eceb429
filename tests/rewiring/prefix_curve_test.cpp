#include "isthmus/rewiring/prefix_curve.hpp"

#include <cmath>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"
#include "isthmus/rewiring/gtr.hpp"

#include "pinv_oracle.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::rewiring::prefix_curve_test {
namespace {

using ::testing::HasSubstr;

EditLog close_path() {
  return {{{.step = 1, .kind = EditKind::kAdd, .edge = {0, 3}},
           {.step = 2, .kind = EditKind::kAdd, .edge = {0, 2}}}};
}

// By hand. The path of four has R_tot 10 and lambda_2 = 2 - sqrt(2), its leaf edges curvature 0 and
// the middle one -0: W1 = 1 too. The 4-cycle has R_tot 5, lambda_2 = 2 and curvature 0 everywhere.
TEST(PrefixCurve, MeasuresPathOfFourAndItsCycle) {
  const auto points =
      prefix_curve({.graph = test::path(4), .weight = {}}, close_path(), {.steps = {0, 1}});
  ASSERT_EQ(points.size(), 2U);
  EXPECT_EQ(points[0].m, 3);
  EXPECT_EQ(points[0].components, 1);
  EXPECT_NEAR(points[0].r_tot, 10.0, 1e-9);
  EXPECT_NEAR(points[0].lambda2, 2.0 - std::sqrt(2.0), 1e-9);
  EXPECT_EQ(points[0].curvature_min, 0.0);
  EXPECT_EQ(points[1].step, 1);
  EXPECT_EQ(points[1].m, 4);
  EXPECT_NEAR(points[1].r_tot, 5.0, 1e-9);
  EXPECT_NEAR(points[1].lambda2, 2.0, 1e-9);
  EXPECT_EQ(points[1].curvature_mean, 0.0);
  EXPECT_EQ(points[1].r_tot_stderr, 0.0);
}

// An added edge has conductance 1, whatever the others have: the oracle is told so edge by edge.
TEST(PrefixCurve, CarriesConductances) {
  const linalg::Conductances network{.graph = test::path(4), .weight = {4, 4, 2, 2, 8, 8}};
  const auto points = prefix_curve(network, close_path(), {.steps = {2}, .curvature = false});
  const Graph after = replay(network.graph, close_path());
  // Edges in order: 01, 02, 03, 12, 23.
  const std::vector<double> conductance = {4, 1, 1, 2, 8};
  const double total = 4.0 * test::slow_pinv(test::network_of(after, conductance)).trace();
  EXPECT_NEAR(points[0].r_tot, total, 1e-9);
  EXPECT_TRUE(std::isnan(points[0].curvature_mean));
}

/// R_tot along a run equals what the run says of itself, on any graph.
class PrefixCurveOnRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
TEST_P(PrefixCurveOnRandomGraph, AgreesWithTheLogOfGtr) {
  const Graph graph = test::erdos_renyi(18, 0.25, GetParam());
  const GtrResult run = gtr(graph, {.num_edges = 6});
  std::vector<std::int64_t> steps;
  for (std::int64_t k = 0; k <= run.log.steps(); ++k) {
    steps.push_back(k);
  }
  std::int64_t reports = 0;
  const auto points = prefix_curve({.graph = graph, .weight = {}}, run.log,
                                   {.steps = steps, .progress = [&](const ProgressEvent& event) {
                                      reports += event.what == "prefixes" ? 1 : 0;
                                    }});
  EXPECT_EQ(reports, static_cast<std::int64_t>(points.size()));
  for (std::size_t k = 1; k < points.size(); ++k) {
    EXPECT_NEAR(points[k - 1].r_tot - points[k].r_tot, run.steps[k - 1].gain, 1e-8);
    EXPECT_GE(points[k].lambda2, points[k - 1].lambda2 - 1e-9);
    EXPECT_LE(points[k].curvature_min, points[k].curvature_mean);
  }
}
INSTANTIATE_TEST_SUITE_P(Seeds, PrefixCurveOnRandomGraph, ::testing::Range<std::uint64_t>(0, 5));

TEST(PrefixCurve, TakesGraphsWithoutEdgesAndLogsWithoutEdits) {
  for (const NodeId n : {0, 1, 3}) {
    const auto points =
        prefix_curve({.graph = test::isolated(n), .weight = {}}, {}, {.steps = {0, 7}});
    ASSERT_EQ(points.size(), 2U);
    EXPECT_EQ(points[1].step, 7);
    EXPECT_EQ(points[1].components, n);
    EXPECT_EQ(points[1].r_tot, 0.0);
    EXPECT_TRUE(std::isnan(points[1].curvature_mean));
  }
}

TEST(PrefixCurve, RefusesStepsThatDoNotAscend) {
  const linalg::Conductances network{.graph = test::path(4), .weight = {}};
  EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                (void)prefix_curve(network, {}, {.steps = {0, 3, 2}});
              }),
              HasSubstr("ascend, got 2 after 3"));
  EXPECT_THAT(
      test::message_of<InvalidArgument>([&] { (void)prefix_curve(network, {}, {.steps = {-1}}); }),
      HasSubstr("got -1"));
}

}  // namespace
}  // namespace isthmus::rewiring::prefix_curve_test
