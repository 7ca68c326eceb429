#include "isthmus/rewiring/spectrum.hpp"

#include <cmath>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "golden_values.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "support/resistance_oracle.hpp"

namespace isthmus::rewiring::spectrum_test {
namespace {

using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two triangles joined by one edge: each side has volume 7, one edge is cut.
TEST(Spectrum, FindsTheBottleneckOfABarbell) {
  const SpectrumResult r = spectrum({test::barbell(3), {}});
  EXPECT_NEAR(r.cheeger.exact, 1.0 / 7, 1e-15);
  EXPECT_NEAR(r.cheeger.sweep_cut, 1.0 / 7, 1e-15);
  EXPECT_EQ(r.cheeger.sweep_size, 3);
  EXPECT_TRUE(r.cheeger.sweep_valid);
  // With 3 mho between the triangles and 1 inside: cut 3, volumes 9.
  linalg::Conductances wide{test::barbell(3), {}};
  for (const auto& [u, v] : wide.graph.arcs()) {
    wide.weight.push_back((u < 3) != (v < 3) ? 3.0 : 1.0);
  }
  EXPECT_NEAR(spectrum(wide).cheeger.exact, 1.0 / 3, 1e-15);
}

/// "p/q" as a number.
double fraction(const std::string& text) {
  const std::size_t slash = text.find('/');
  return std::stod(text) / (slash == std::string::npos ? 1.0 : std::stod(text.substr(slash + 1)));
}

class GoldenSpectrum : public ::testing::TestWithParam<const char*> {};
INSTANTIATE_TEST_SUITE_P(Graphs, GoldenSpectrum,
                         ::testing::Values("karate", "barbell", "path8", "cycle8", "complete6",
                                           "star7", "petersen"));

TEST_P(GoldenSpectrum, IsReproduced) {
  ISTHMUS_NEEDS_GOLDEN();
  const formats::Json graphs = test::golden("graphs");
  const formats::Json golden = test::golden(GetParam());
  const formats::Json& summary = golden.at("summary");
  const linalg::Conductances network{test::golden_graph(graphs.at(GetParam())), {}};
  for (const NodeId dense_nodes : {0, 400}) {
    const SpectrumResult r = spectrum(network, {.dense_nodes = dense_nodes});
    EXPECT_TRUE(r.converged);
    EXPECT_NEAR(r.lambda2, summary.at("fiedler_value").as_double(), 1e-9);
    EXPECT_NEAR(r.lambda_max, summary.at("laplacian_max").as_double(), 1e-9);
    EXPECT_NEAR(r.lambda2_norm, summary.at("normalized_lambda2").as_double(), 1e-9);
    EXPECT_NEAR(r.lambda_max_norm, summary.at("normalized_lambda_max").as_double(), 1e-9);
    const bool safe = summary.at("sweep_is_sign_and_multiplicity_safe").as_bool();
    EXPECT_EQ(r.cheeger.sweep_valid, safe);
    if (safe) {
      EXPECT_NEAR(r.cheeger.sweep_cut, summary.at("sweep_cut_conductance").as_double(), 1e-12);
    }
    const formats::Json* const exact = summary.find("cheeger_exact");
    ASSERT_EQ(exact == nullptr, std::isnan(r.cheeger.exact));
    if (exact != nullptr) {
      EXPECT_NEAR(r.cheeger.exact, fraction(exact->as_string()), 1e-15);
    }
  }
}

class SpectrumOfRandomGraph : public ::testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Seeds, SpectrumOfRandomGraph, ::testing::Range<std::uint64_t>(0, 8));

TEST_P(SpectrumOfRandomGraph, BoundsCheegersConstant) {
  const SpectrumResult r = spectrum({test::erdos_renyi(14, 0.35, GetParam()), {}});
  if (r.components.size() > 1) {
    GTEST_SKIP() << "not connected";
  }
  EXPECT_LE(r.cheeger.lower, r.cheeger.exact + 1e-12);
  EXPECT_LE(r.cheeger.exact, r.cheeger.sweep_cut + 1e-12);
  EXPECT_LE(r.cheeger.sweep_cut, r.cheeger.upper + 1e-12);
}

TEST_P(SpectrumOfRandomGraph, IsTheSameDenseAndIterated) {
  const linalg::Conductances network =
      test::random_conductances(test::erdos_renyi(200, 0.05, GetParam()), GetParam());
  const SpectrumResult dense = spectrum(network);
  const SpectrumResult iterated = spectrum(network, {.dense_nodes = 0});
  EXPECT_TRUE(iterated.converged);
  EXPECT_NEAR(iterated.lambda2, dense.lambda2, 1e-9);
  EXPECT_NEAR(iterated.lambda_max, dense.lambda_max, 1e-9);
  EXPECT_NEAR(iterated.lambda2_norm, dense.lambda2_norm, 1e-9);
  EXPECT_NEAR(iterated.lambda_max_norm, dense.lambda_max_norm, 1e-9);
  EXPECT_NEAR(iterated.cheeger.sweep_cut, dense.cheeger.sweep_cut, 1e-9);
}

TEST(Spectrum, CountsMultiplicity) {
  const SpectrumResult r = spectrum({test::complete(6), {}});
  EXPECT_EQ(r.components[0].multiplicity, 5);
  EXPECT_EQ(r.components[0].multiplicity_norm, 5);
  EXPECT_FALSE(r.cheeger.sweep_valid);
  EXPECT_EQ(spectrum({test::cycle(30), {}}, {.dense_nodes = 0}).components[0].multiplicity, 2);
}

// The path 0 - 1 - 2, the edge 3 - 4, and 5 alone.
TEST(Spectrum, IsToldOfEachComponent) {
  const std::vector<Edge> edges{{0, 1}, {1, 2}, {3, 4}};
  const SpectrumResult r = spectrum({Graph::from_edges(6, edges), {}});
  EXPECT_EQ(r.lambda2, 0.0);
  EXPECT_EQ(r.lambda2_norm, 0.0);
  EXPECT_NEAR(r.lambda_max, 3.0, 1e-12);
  EXPECT_NEAR(r.lambda_max_norm, 2.0, 1e-12);
  ASSERT_EQ(r.components.size(), 3U);
  EXPECT_NEAR(r.components[0].lambda2, 1.0, 1e-12);
  EXPECT_EQ(r.components[1].first_node, 3);
  EXPECT_NEAR(r.components[1].lambda2, 2.0, 1e-12);
  EXPECT_TRUE(std::isnan(r.components[2].lambda2));
  EXPECT_EQ(r.components[2].multiplicity, 0);
  EXPECT_EQ(r.cheeger.exact, 0.0);
  EXPECT_EQ(r.cheeger.upper, 0.0);
  // Without the other edge, h is that of the path: {0} of volume 1 and one edge out.
  const std::vector<Edge> path{{0, 1}, {1, 2}};
  EXPECT_NEAR(spectrum({Graph::from_edges(6, path), {}}).cheeger.exact, 1.0, 1e-15);
}

TEST(Spectrum, IsUndefinedWithoutNodesAndEdges) {
  const SpectrumResult none = spectrum({test::isolated(0), {}});
  EXPECT_TRUE(std::isnan(none.lambda2) && std::isnan(none.lambda_max));
  EXPECT_THAT(none.components, IsEmpty());
  const SpectrumResult one = spectrum({test::isolated(1), {}});
  EXPECT_TRUE(std::isnan(one.lambda2) && std::isnan(one.cheeger.exact));
  EXPECT_EQ(one.lambda_max, 0.0);
  const SpectrumResult two = spectrum({test::isolated(2), {}});
  EXPECT_EQ(two.lambda2, 0.0);
  EXPECT_TRUE(std::isnan(two.cheeger.sweep_cut));
}

TEST(Spectrum, HasTheSameBitsAtAnyNumberOfThreads) {
  std::vector<std::vector<double>> seen;
  for (const int threads : {1, 2, 8}) {
    const ThreadBudget budget(threads);
    const SpectrumResult r = spectrum({test::grid(21, 22), {}}, {.dense_nodes = 0});
    seen.push_back(
        {r.lambda2, r.lambda_max, r.lambda2_norm, r.lambda_max_norm, r.cheeger.sweep_cut});
  }
  EXPECT_EQ(seen[0], seen[1]);
  EXPECT_EQ(seen[0], seen[2]);
}

TEST(Spectrum, RefusesBadArgumentsAndStops) {
  const auto refuses = [](const SpectrumOptions& options, const char* text) {
    EXPECT_THAT(test::message_of<InvalidArgument>([&] {
                  (void)spectrum({test::path(3), {}}, options);
                }),
                HasSubstr(text));
  };
  refuses({.tolerance = 0.0}, "spectrum: tolerance must be > 0");
  refuses({.max_iterations = -1}, "max_iterations and dense_nodes >= 0");
  refuses({.max_exact_cheeger = 27}, "max_exact_cheeger must be in 0..26, got 27");
  CancelToken cancel;
  cancel.request();
  EXPECT_THAT(test::message_of<Interrupted>([&] {
                (void)spectrum({test::path(3), {}}, {.cancel = cancel});
              }),
              HasSubstr("spectrum: cancelled"));
}

}  // namespace
}  // namespace isthmus::rewiring::spectrum_test
