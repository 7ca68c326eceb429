#include "isthmus/layers/diff_group_norm.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

DiffGroupNorm double_norm(const DiffGroupNormOptions& options) {
  DiffGroupNorm norm(options);
  norm->to(torch::kDouble);
  const torch::NoGradGuard no_grad;
  const std::int64_t columns = options.channels() * options.groups();
  norm->norm->weight.copy_(torch::linspace(0.5, 1.5, columns, torch::kDouble));
  norm->norm->bias.copy_(torch::linspace(-1.0, 1.0, columns, torch::kDouble));
  return norm;
}

// One group: every share is 1 and the batch norm is of x itself.
TEST(DiffGroupNorm, IsBatchNormAddedWithOneGroup) {
  DiffGroupNorm norm = double_norm(DiffGroupNormOptions(3, 1).lamda(0.5));
  const at::Tensor x = test::features(6, 3, 1);
  const at::Tensor unit = (x - x.mean(0)) / torch::sqrt(x.var(0, false) + 1e-5);
  EXPECT_LT(test::max_difference(norm->forward(x),
                                 x + 0.5 * (unit * norm->norm->weight + norm->norm->bias)),
            1e-13);
}

TEST(DiffGroupNorm, EqualsItsFormulaGroupByGroup) {
  DiffGroupNorm norm = double_norm(DiffGroupNormOptions(3, 4).lamda(0.1));
  const at::Tensor x = test::features(6, 3, 2);
  const at::Tensor share = torch::softmax(torch::matmul(x, norm->lin->weight.t()), 1);
  at::Tensor expected = x;
  for (std::int64_t g = 0; g < 4; ++g) {
    const at::Tensor part = share.slice(1, g, g + 1) * x;
    const at::Tensor unit = (part - part.mean(0)) / torch::sqrt(part.var(0, false) + 1e-5);
    expected = expected + 0.1 * (unit * norm->norm->weight.slice(0, 3 * g, 3 * g + 3) +
                                 norm->norm->bias.slice(0, 3 * g, 3 * g + 3));
  }
  EXPECT_LT(test::max_difference(norm->forward(x), expected), 1e-13);
  EXPECT_EQ(norm->norm->num_batches_tracked.item<std::int64_t>(), 1);
}

TEST(DiffGroupNorm, WorksRowByRowInEvaluation) {
  DiffGroupNorm norm = double_norm(DiffGroupNormOptions(3, 2));
  const at::Tensor x = test::features(6, 3, 2);
  (void)norm->forward(x);  // moves the running statistics
  norm->eval();
  const at::Tensor y = norm->forward(x);
  EXPECT_LT(test::max_difference(norm->forward(x.slice(0, 2, 3)), y.slice(0, 2, 3)), 1e-14);
  const at::Tensor order = torch::tensor({4, 2, 0, 3, 1, 5}, torch::kLong);
  EXPECT_LT(test::max_difference(y.index_select(0, order), norm->forward(x.index_select(0, order))),
            1e-14);
}

TEST(DiffGroupNorm, HasTheGradientOfItsFormula) {
  const at::Tensor x = test::features(5, 2, 5).requires_grad_(true);
  DiffGroupNorm norm = double_norm(DiffGroupNormOptions(2, 3).lamda(0.7));
  EXPECT_TRUE(test::module_gradcheck([&] { return norm->forward(x); }, test::leaves_of(*norm, x)));
}

TEST(DiffGroupNorm, HasPygsNamesAndDefaults) {
  DiffGroupNorm norm(DiffGroupNormOptions(2, 3).seed(5));
  EXPECT_EQ(norm->options.lamda(), 0.01);
  EXPECT_THAT(
      test::tensor_names(*norm),
      ElementsAre("lin.weight [3, 2]", "norm.weight [6]", "norm.bias [6]", "norm.running_mean [6]",
                  "norm.running_var [6]", "norm.num_batches_tracked []"));
  const at::Tensor drawn = norm->lin->weight.detach().clone();
  {
    const torch::NoGradGuard no_grad;
    for (at::Tensor& parameter : norm->parameters()) {
      parameter.fill_(7.0);
    }
  }
  Initializer init(5);
  norm->reset_parameters(init);
  EXPECT_TRUE(torch::equal(norm->lin->weight, drawn));
  EXPECT_TRUE(torch::equal(norm->norm->weight, torch::ones({6})));
}

TEST(DiffGroupNorm, TakesASingleRowOnlyWhereAllowedAndRefusesBadOptions) {
  const at::Tensor row = torch::ones({1, 2});
  test::expect_check_fails([&] { (void)DiffGroupNorm(2, 2)->forward(row); },
                           "DiffGroupNorm: training needs x of more than 1 row, got 1");
  DiffGroupNorm tolerant(DiffGroupNormOptions(2, 2).allow_single_element(true));
  EXPECT_EQ(tolerant->forward(row).size(0), 1);
  EXPECT_EQ(tolerant->forward(torch::ones({0, 2})).size(0), 0);
  test::expect_check_fails([] { DiffGroupNorm(2, 0); },
                           "DiffGroupNorm: groups must be >= 1, got 0");
  test::expect_check_fails([] { DiffGroupNorm(DiffGroupNormOptions(2, 1).eps(0.0)); },
                           "DiffGroupNorm: eps must be > 0, got 0");
  test::expect_check_fails([&] { (void)DiffGroupNorm(3, 2)->forward(row); },
                           "DiffGroupNorm: x must be floating [N, 3], got Float [1, 2]");
  std::ostringstream text;
  text << tolerant;
  EXPECT_EQ(text.str(), "DiffGroupNorm(2, groups=2)");
}

}  // namespace
}  // namespace isthmus::layers
