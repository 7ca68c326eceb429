#include "isthmus/layers/pair_norm.hpp"

#include <array>
#include <cmath>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

// Rows (1, 0) and (5, 0): c = (-2, 0), (2, 0), mean square 4. With eps = 5 and scale 3: 3 * 2 / 3;
// individually 3 * 2 / (5 + 2).
TEST(PairNorm, GivesTheAnswerByHand) {
  const at::Tensor x = torch::tensor({{1.0, 0.0}, {5.0, 0.0}}, torch::kDouble);
  const PairNormOptions options = PairNormOptions().scale(3.0).eps(5.0);
  const at::Tensor y = PairNorm(options)->forward(x);
  EXPECT_NEAR(y[0][0].item<double>(), -2.0, 1e-14);
  EXPECT_NEAR(y[1][0].item<double>(), 2.0, 1e-14);
  EXPECT_EQ(y[0][1].item<double>(), 0.0);
  const at::Tensor each = PairNorm(PairNormOptions(options).scale_individually(true))->forward(x);
  EXPECT_NEAR(each[1][0].item<double>(), 6.0 / 7.0, 1e-14);
}

TEST(PairNorm, TreatsEachGraphOfABatchAloneAndEmptyOnesToo) {
  const at::Tensor x = test::features(7, 3, 1);
  const std::array<std::int64_t, 4> ptr{0, 4, 4, 7};
  for (const bool individually : {false, true}) {
    PairNorm norm(PairNormOptions().scale_individually(individually));
    const at::Tensor y = norm->forward(x, ptr);
    for (const auto& [first, last] : {std::pair<std::int64_t, std::int64_t>{0, 4}, {4, 7}}) {
      const at::Tensor part = x.slice(0, first, last);
      EXPECT_LT(test::max_difference(y.slice(0, first, last), norm->forward(part)), 1e-15);
      const at::Tensor c = part - part.mean(0);
      const at::Tensor square = c.pow(2).sum(1, true);
      const at::Tensor expected =
          individually ? c / (1e-5 + square.sqrt()) : c / (1e-5 + square.mean()).sqrt();
      EXPECT_LT(test::max_difference(y.slice(0, first, last), expected), 1e-13);
    }
    EXPECT_EQ(norm->forward(torch::zeros({0, 3}, torch::kDouble)).size(0), 0);
  }
}

TEST(PairNorm, HasTheGradientOfItsFormula) {
  const at::Tensor x = test::features(5, 3, 5).requires_grad_(true);
  const std::array<std::int64_t, 3> ptr{0, 2, 5};
  for (const bool individually : {false, true}) {
    PairNorm norm(PairNormOptions().scale_individually(individually).scale(2.0));
    EXPECT_TRUE(test::module_gradcheck([&] { return norm->forward(x, ptr); }, {x}));
    EXPECT_TRUE(test::module_gradcheck([&] { return norm->forward(x); }, {x}));
  }
}

TEST(PairNorm, MovesWithTheNodesOfAGraph) {
  const at::Tensor order = torch::tensor({1, 0, 4, 3, 2}, torch::kLong);  // stays within ptr
  const std::array<std::int64_t, 3> ptr{0, 2, 5};
  const at::Tensor x = test::features(5, 3, 5);
  for (const bool individually : {false, true}) {
    PairNorm norm(PairNormOptions().scale_individually(individually));
    EXPECT_LT(test::max_difference(norm->forward(x, ptr).index_select(0, order),
                                   norm->forward(x.index_select(0, order), ptr)),
              1e-13);
  }
}

TEST(PairNorm, HasNoTensorsAndRefusesBadOptionsAndShapes) {
  EXPECT_TRUE(test::tensor_names(*PairNorm()).empty());
  test::expect_check_fails([] { PairNorm(PairNormOptions().scale(0.0)); },
                           "PairNorm: scale must be > 0, got 0");
  test::expect_check_fails([] { PairNorm(PairNormOptions().eps(-1.0)); },
                           "PairNorm: eps must be > 0, got -1");
  test::expect_check_fails([] { (void)PairNorm()->forward(torch::zeros({3})); },
                           "PairNorm: x must be floating [N, C], got [3]");
  test::expect_check_fails(
      [] {
        (void)PairNorm()->forward(torch::zeros({3, 1}, torch::kLong));
      },
      "PairNorm: x must be floating [N, 1], got Long [3, 1]");
  std::ostringstream text;
  text << PairNorm() << PairNorm(PairNormOptions().scale_individually(true));
  EXPECT_EQ(text.str(), "PairNorm(scale=1)PairNorm(scale=1, scale_individually=true)");
}

}  // namespace
}  // namespace isthmus::layers
