#include "isthmus/explain/integrated_gradients.hpp"

#include <limits>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "explain_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::explain {
namespace {

using ::testing::HasSubstr;

Subject random_subject(layers::LayerType type, layers::Activation act, std::uint64_t seed) {
  train::ModelInput input;
  input.graph = isthmus::test::random_multigraph(30, 70, seed);
  input.x = test::numbers(30, 3, seed, torch::kDouble);
  layers::GnnOptions options{.layer_type = type, .dim_in = 3, .dim_out = 2, .layers_mp = 3};
  options.layers_post_mp = 1;
  options.act = act;
  options.seed = seed;
  return subject_of_node(test::made(options, torch::kDouble), input, 5);
}

class CompletenessOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

// Smooth networks in double: 50 points leave rounding alone.
TEST_P(CompletenessOnGraph, IsExactForSmoothNetworks) {
  for (const auto type :
       {layers::LayerType::kGcn, layers::LayerType::kSage, layers::LayerType::kTransformer}) {
    const auto found =
        integrated_gradients(random_subject(type, layers::Activation::kTanh, GetParam()));
    EXPECT_LT(found.completeness_gap(), 1e-9 * (1.0 + std::abs(found.logit)))
        << layers::name_of(type);
    EXPECT_NE(found.logit, found.baseline_logit);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, CompletenessOnGraph, ::testing::Range<std::uint64_t>(0, 6));

// The bound that was promised, on a trained network with relu, in float.
TEST(IntegratedGradients, AreCompleteToAThousandthOnTheHouses) {
  const test::Houses set = test::houses();
  for (std::int64_t node = test::kBase; node < test::kNodes; node += 12) {
    const auto found = integrated_gradients(subject_of_node(test::house_gcn(), set.input, node));
    EXPECT_LE(found.relative_gap(), 1e-3) << node;
    EXPECT_NEAR(found.attributed,
                found.explanation.edge_mask.sum().item<double>() +
                    found.explanation.x_mask.sum().item<double>(),
                1e-9);
  }
}

// Where one rule does not do, cutting does, and only there.
TEST(IntegratedGradients, CutTheLineWhereReluBends) {
  const test::Houses set = test::houses();
  bool cut = false;
  for (std::int64_t node = test::kBase; node < test::kNodes; node += 12) {
    const Subject subject = subject_of_node(test::house_gcn(), set.input, node);
    const auto plain =
        integrated_gradients(subject, {.tolerance = std::numeric_limits<double>::infinity()});
    const auto found = integrated_gradients(subject);
    EXPECT_EQ(plain.points, 50);
    EXPECT_EQ(found.points > 50, plain.relative_gap() > 1e-3);
    EXPECT_LE(found.relative_gap(), std::max(1e-3, plain.relative_gap()));
    EXPECT_EQ(found.logit, plain.logit);
    EXPECT_EQ(found.baseline_logit, plain.baseline_logit);
    cut = cut || found.points > 50;
  }
  EXPECT_TRUE(cut) << "nothing to cut: this shows nothing";
  const Subject subject = subject_of_node(test::house_gcn(), set.input, 100);
  EXPECT_LE(integrated_gradients(subject, {.tolerance = 0.0, .most_points = 150}).points, 150);
}

// A part of the masks explains its own difference: to edges without weight, features being there.
TEST(IntegratedGradients, AreCompleteForEdgesAlone) {
  const Subject subject = random_subject(layers::LayerType::kGcn, layers::Activation::kTanh, 3);
  const auto found = integrated_gradients(subject, {.masks = {.node = false, .feature = false}});
  const at::Tensor none = torch::zeros({subject.input.graph.num_edges()}, torch::kDouble);
  const at::Tensor x = std::get<at::Tensor>(subject.input.x);
  EXPECT_NEAR(found.baseline_logit,
              class_logit(target_scores(subject, x, none), subject.label).item<double>(), 1e-12);
  EXPECT_NEAR(found.attributed, found.logit - found.baseline_logit, 1e-10);
  EXPECT_FALSE(found.explanation.x_mask.defined());
}

// The rule is exact up to degree 2 steps - 1: one point integrates SGC's products w_e x_j (degree 1
// after the derivative).
TEST(IntegratedGradients, NeedFewPointsForPolynomials) {
  train::ModelInput input;
  input.graph = isthmus::test::random_multigraph(10, 20, 3);
  input.x = test::numbers(10, 2, 3, torch::kDouble);
  const Subject subject = subject_of_node(
      test::made({.layer_type = layers::LayerType::kSg, .dim_in = 2, .dim_out = 2, .layers_mp = 1},
                 torch::kDouble),
      input, 4);
  EXPECT_LT(integrated_gradients(subject, {.steps = 1}).completeness_gap(), 1e-12);
}

TEST(IntegratedGradients, TellTheGap) {
  IntegratedGradients found;
  found.logit = 3.0;
  found.baseline_logit = 1.0;
  found.attributed = 1.5;
  EXPECT_DOUBLE_EQ(found.completeness_gap(), 0.5);
  EXPECT_DOUBLE_EQ(found.relative_gap(), 0.25);
}

TEST(IntegratedGradients, RefuseNoSteps) {
  const Subject subject = random_subject(layers::LayerType::kGcn, layers::Activation::kTanh, 0);
  for (const std::int64_t steps : {0, 1001}) {
    EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                    [&] { (void)integrated_gradients(subject, {.steps = steps}); }),
                HasSubstr("steps must be in 1..1000, got " + std::to_string(steps)));
  }
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)integrated_gradients(subject, {.tolerance = -1.0}); }),
              HasSubstr("tolerance must be >= 0, got -1.0"));
}

}  // namespace
}  // namespace isthmus::explain
