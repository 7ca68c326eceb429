#include "isthmus/layers/batch_norm.hpp"

#include <cmath>

#include <torch/nn/modules/batchnorm.h>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

BatchNorm double_norm(const BatchNormOptions& options) {
  BatchNorm norm(options);
  norm->to(torch::kDouble);
  return norm;
}

// Column 1, 3, 5: mean 3, population variance 8/3, unbiased 4. One step with momentum 0.1 from
// (0, 1): running mean 0.3, running variance 0.9 + 0.4 = 1.3.
TEST(BatchNorm, NormalisesAColumnAndMovesTheRunningStatistics) {
  BatchNorm norm = double_norm(BatchNormOptions(1));
  const at::Tensor y = norm->forward(torch::tensor({{1.0}, {3.0}, {5.0}}, torch::kDouble));
  const double edge = 2.0 / std::sqrt(8.0 / 3.0 + 1e-5);
  EXPECT_NEAR(y[0][0].item<double>(), -edge, 1e-14);
  EXPECT_NEAR(y[1][0].item<double>(), 0.0, 1e-14);
  EXPECT_NEAR(y[2][0].item<double>(), edge, 1e-14);
  EXPECT_NEAR(norm->module->running_mean.item<double>(), 0.3, 1e-15);
  EXPECT_NEAR(norm->module->running_var.item<double>(), 1.3, 1e-15);
  EXPECT_EQ(norm->module->num_batches_tracked.item<std::int64_t>(), 1);
}

TEST(BatchNorm, UsesTheRunningStatisticsInEvaluationAndLeavesThemAlone) {
  BatchNorm norm = double_norm(BatchNormOptions(2));
  const torch::NoGradGuard no_grad;
  norm->module->running_mean.copy_(torch::tensor({1.0, -1.0}, torch::kDouble));
  norm->module->running_var.copy_(torch::tensor({4.0, 0.25}, torch::kDouble));
  norm->module->weight.copy_(torch::tensor({2.0, 1.0}, torch::kDouble));
  norm->module->bias.copy_(torch::tensor({0.0, 5.0}, torch::kDouble));
  norm->eval();
  const at::Tensor y = norm->forward(torch::tensor({{3.0, 0.0}}, torch::kDouble));
  EXPECT_NEAR(y[0][0].item<double>(), 2.0 * 2.0 / std::sqrt(4.0 + 1e-5), 1e-14);
  EXPECT_NEAR(y[0][1].item<double>(), 1.0 / std::sqrt(0.25 + 1e-5) + 5.0, 1e-14);
  EXPECT_EQ(norm->module->num_batches_tracked.item<std::int64_t>(), 0);
}

TEST(BatchNorm, EqualsTorchsBatchNormOverThreeStepsAndInEvaluation) {
  BatchNorm ours = double_norm(BatchNormOptions(3));
  torch::nn::BatchNorm1d theirs(3);
  theirs->to(torch::kDouble);
  for (std::uint64_t step = 0; step < 3; ++step) {
    const at::Tensor x = test::features(7, 3, step) * 2.0 + 1.0;
    EXPECT_LT(test::max_difference(ours->forward(x), theirs->forward(x)), 1e-13);
  }
  EXPECT_LT(test::max_difference(ours->module->running_mean, theirs->running_mean), 1e-14);
  EXPECT_LT(test::max_difference(ours->module->running_var, theirs->running_var), 1e-14);
  EXPECT_EQ(ours->module->num_batches_tracked.item<std::int64_t>(), 3);
  ours->eval();
  theirs->eval();
  const at::Tensor x = test::features(4, 3, 9);
  EXPECT_LT(test::max_difference(ours->forward(x), theirs->forward(x)), 1e-13);
}

TEST(BatchNorm, DoesNotCareAboutTheOrderOfNodes) {
  BatchNorm norm = double_norm(BatchNormOptions(3));
  const at::Tensor x = test::features(9, 3, 5);
  const at::Tensor order = torch::tensor({4, 2, 0, 8, 6, 1, 3, 5, 7}, torch::kLong);
  EXPECT_LT(test::max_difference(norm->forward(x).index_select(0, order),
                                 norm->forward(x.index_select(0, order))),
            1e-13);  // column sums run in the order of rows: equal up to rounding
}

TEST(BatchNorm, HasTheGradientOfItsFormulaInBothModes) {
  BatchNorm norm = double_norm(BatchNormOptions(3));
  const at::Tensor x = test::features(6, 3, 5).requires_grad_(true);
  EXPECT_TRUE(test::module_gradcheck([&] { return norm->forward(x); }, test::leaves_of(*norm, x)));
  norm->eval();
  EXPECT_TRUE(test::module_gradcheck([&] { return norm->forward(x); }, test::leaves_of(*norm, x)));
}

TEST(BatchNorm, RefusesOneRowInTrainingUnlessAskedToUseTheRunningStatistics) {
  const at::Tensor row = test::features(1, 2, 1);
  test::expect_check_fails([&] { (void)double_norm(BatchNormOptions(2))->forward(row); },
                           "BatchNorm: training needs x of more than 1 row, got 1");
  BatchNorm lenient = double_norm(BatchNormOptions(2).allow_single_element(true));
  const at::Tensor y = lenient->forward(row);
  EXPECT_LT(test::max_difference(y, row / std::sqrt(1.0 + 1e-5)), 1e-15);
  EXPECT_EQ(lenient->module->num_batches_tracked.item<std::int64_t>(), 0);
  EXPECT_EQ(lenient->forward(torch::zeros({0, 2}, torch::kDouble)).size(0), 0);
}

TEST(BatchNorm, KeepsItsCounterAnIntegerWhenTheTypeChanges) {
  BatchNorm norm(2);
  norm->to(torch::kDouble);
  EXPECT_EQ(norm->module->weight.scalar_type(), torch::kDouble);
  EXPECT_EQ(norm->module->num_batches_tracked.scalar_type(), torch::kLong);
  norm->to(torch::kCPU, torch::kFloat);
  EXPECT_EQ(norm->module->running_var.scalar_type(), torch::kFloat);
  EXPECT_EQ(norm->module->num_batches_tracked.scalar_type(), torch::kLong);
}

TEST(BatchNorm, StartsAgainWhereItStarted) {
  BatchNorm norm = double_norm(BatchNormOptions(2));
  (void)norm->forward(test::features(5, 2, 3));
  norm->reset_parameters();
  EXPECT_EQ(norm->module->running_mean.abs().sum().item<double>(), 0.0);
  EXPECT_EQ(norm->module->running_var.sum().item<double>(), 2.0);
  EXPECT_EQ(norm->module->num_batches_tracked.item<std::int64_t>(), 0);
}

TEST(BatchNorm, HasPygsNamesAndRefusesBadOptions) {
  EXPECT_THAT(test::tensor_names(*BatchNorm(2)),
              ElementsAre("module.weight [2]", "module.bias [2]", "module.running_mean [2]",
                          "module.running_var [2]", "module.num_batches_tracked []"));
  test::expect_check_fails([] { BatchNorm(BatchNormOptions(2).eps(0.0)); },
                           "BatchNorm: eps must be > 0, got 0");
  test::expect_check_fails([] { BatchNorm(BatchNormOptions(2).momentum(1.5)); },
                           "BatchNorm: momentum must be in [0, 1], got 1.5");
  test::expect_check_fails([] { BatchNorm(BatchNormOptions(-1)); },
                           "BatchNorm: channels must be >= 0, got -1");
  test::expect_check_fails(
      [] {
        (void)BatchNorm(2)->forward(torch::zeros({3, 4}));
      },
      "BatchNorm: x must be floating [N, 2], got Float [3, 4]");
}

}  // namespace
}  // namespace isthmus::layers
