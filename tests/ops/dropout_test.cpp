#include "isthmus/ops/dropout.hpp"

#include <cmath>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "isthmus/core/philox.hpp"

#include "support/gradcheck.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using ::testing::HasSubstr;

constexpr DropoutKey kKey{0x123456789ABCDEFU, 3, 17};

TEST(Dropout, KeepsWhatTheLawOfPhiloxKeeps) {
  const double p = 0.3;
  const at::Tensor y = dropout(torch::ones({40, 70}, at::kDouble), p, kKey);
  const auto element = y.accessor<double, 2>();
  for (std::uint32_t row = 0; row < 40; ++row) {
    for (std::uint32_t column = 0; column < 70; ++column) {
      const auto words = philox4x32(
          {row, column / 4, kKey.layer, kKey.step},
          {static_cast<std::uint32_t>(kKey.seed), static_cast<std::uint32_t>(kKey.seed >> 32U)});
      const bool kept = words[column % 4] >= static_cast<std::uint32_t>(0.3 * 4294967296.0);
      ASSERT_EQ(element[row][column], kept ? 1.0 / 0.7 : 0.0) << row << ", " << column;
    }
  }
}

TEST(Dropout, DropsTheAskedShare) {
  // 10^6 draws: the share has a standard deviation of 5e-4; 5 of them.
  for (const double p : {0.1, 0.5, 0.9}) {
    const at::Tensor y = dropout(torch::ones({1000, 1000}), p, kKey);
    EXPECT_NEAR(y.eq(0).to(at::kDouble).mean().item<double>(), p, 2.5e-3);
  }
}

TEST(Dropout, BackwardDrawsTheSameMask) {
  at::Tensor x = torch::ones({9, 21}, at::kDouble).requires_grad_(true);
  const at::Tensor y = dropout(x, 0.4, kKey);
  y.sum().backward();
  EXPECT_TRUE(torch::equal(x.grad(), y));
  const auto f = [](const std::vector<at::Tensor>& in) { return dropout(in[0], 0.4, kKey); };
  const at::Tensor leaf = torch::randn({3, 5}, at::kDouble).requires_grad_(true);
  EXPECT_TRUE(test::gradcheck(f, {leaf}));
  EXPECT_TRUE(test::gradgradcheck(f, {leaf}));
}

TEST(Dropout, EachPartOfTheKeyChangesTheMask) {
  const at::Tensor x = torch::ones({8, 64});
  const at::Tensor base = dropout(x, 0.5, kKey);
  EXPECT_TRUE(torch::equal(dropout(x, 0.5, kKey), base));
  EXPECT_FALSE(torch::equal(dropout(x, 0.5, {kKey.seed + 1, kKey.layer, kKey.step}), base));
  EXPECT_FALSE(torch::equal(dropout(x, 0.5, {kKey.seed, kKey.layer + 1, kKey.step}), base));
  EXPECT_FALSE(torch::equal(dropout(x, 0.5, {kKey.seed, kKey.layer, kKey.step + 1}), base));
}

TEST(Dropout, MaskDependsOnThePositionAlone) {
  const at::Tensor x = torch::randn({50, 33});
  const at::Tensor whole = dropout(x, 0.5, kKey);
  EXPECT_TRUE(torch::equal(dropout(x.slice(0, 0, 20), 0.5, kKey), whole.slice(0, 0, 20)));
  EXPECT_TRUE(torch::equal(dropout(x.slice(1, 0, 7), 0.5, kKey), whole.slice(1, 0, 7)));
}

// Groups of columns that are worked one by one share the mask of the whole.
TEST(Dropout, ColumnsOfAWiderMatrixShareItsMask) {
  const at::Tensor x = torch::randn({50, 40});
  const at::Tensor whole = dropout(x, 0.5, kKey);
  DropoutKey part = kKey;
  part.first_column = 12;
  EXPECT_TRUE(torch::equal(dropout(x.slice(1, 12, 31), 0.5, part), whole.slice(1, 12, 31)));
  part.first_column = 13;
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)dropout(x, 0.5, part); }),
              HasSubstr("must be a multiple of 4, got 13"));
}

// Rows of a matrix in another order, each under its old number: the same rows come out, and the
// gradient passes through the same mask after the numbers are gone.
TEST(Dropout, RowsKeepTheirMasksUnderTheirNumbers) {
  const at::Tensor x = torch::randn({4, 33}, at::kDouble);
  const at::Tensor whole = dropout(x, 0.5, kKey);
  const at::Tensor order = at::tensor(std::vector<std::int64_t>{2, 0, 3, 1});
  at::Tensor leaf = x.index_select(0, order).requires_grad_(true);
  at::Tensor y;
  {
    const std::vector<std::int32_t> numbers{2, 0, 3, 1};
    DropoutKey key = kKey;
    key.rows = numbers;
    y = dropout(leaf, 0.5, key);
  }
  EXPECT_TRUE(torch::equal(y, whole.index_select(0, order)));
  y.backward(leaf.detach());
  EXPECT_TRUE(torch::equal(leaf.grad(), y));
}

TEST(Dropout, RejectsNumbersThatAreNotOneARow) {
  const std::vector<std::int32_t> numbers{0, 1, 2};
  DropoutKey key = kKey;
  key.rows = numbers;
  EXPECT_THAT(test::message_of<c10::Error>([&] {
                (void)dropout(torch::ones({2, 2}), 0.5, key);
              }),
              HasSubstr("dropout: rows of the key must be one number per row of x, 2, got 3"));
}

TEST(Dropout, PassesThroughAtZeroAndKeepsNan) {
  const at::Tensor x = torch::randn({4, 4});
  EXPECT_TRUE(torch::equal(dropout(x, 0.0, kKey), x));
  const at::Tensor nan = torch::full({8, 8}, std::nan(""));
  EXPECT_TRUE(dropout(nan, 0.5, kKey).isnan().all().item<bool>());
  EXPECT_EQ(dropout(torch::ones({0, 5}), 0.5, kKey).size(0), 0);
}

TEST(Dropout, RejectsAProbabilityOutsideItsRange) {
  for (const double p : {-0.1, 1.0, std::nan("")}) {
    EXPECT_THAT(test::message_of<c10::Error>([p] {
                  (void)dropout(torch::ones({2, 2}), p, kKey);
                }),
                HasSubstr("dropout: p must be in [0, 1), got "));
  }
}

TEST(DropoutMarks, AreTheMaskAsBits) {
  DropoutKey key{7, 3, 2};
  const std::vector<std::int32_t> rows{5, 1, 2};
  key.rows = rows;
  key.first_column = 8;
  const at::Tensor marks = dropout_marks(3, 40, 0.25, key);
  ASSERT_EQ(marks.sizes(), at::IntArrayRef({3, 2}));
  const at::Tensor kept = dropout(torch::ones({3, 40}), 0.25, key) > 0;
  for (std::int64_t r = 0; r < 3; ++r) {
    for (std::int64_t c = 0; c < 40; ++c) {
      const auto word = static_cast<std::uint32_t>(marks[r][c / 32].item<std::int32_t>());
      EXPECT_EQ(((word >> static_cast<unsigned>(c % 32)) & 1U) == 1U, kept[r][c].item<bool>());
    }
  }
  EXPECT_EQ(dropout_marks(0, 4, 0.5, {}).numel(), 0);
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)dropout_marks(2, 4, 0.5, key); }),
              HasSubstr("dropout_marks: rows of the key must be"));
  EXPECT_THAT(test::message_of<c10::Error>([] { (void)dropout_marks(-1, 4, 0.5, {}); }),
              HasSubstr("must be >= 0, got -1 and 4"));
  EXPECT_THAT(test::message_of<c10::Error>([] { (void)dropout_marks(1, 4, 1.0, {}); }),
              HasSubstr("p must be in [0, 1), got 1"));
}

}  // namespace
}  // namespace isthmus::ops
