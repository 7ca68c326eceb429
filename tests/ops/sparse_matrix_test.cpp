#include "isthmus/ops/sparse_matrix.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "isthmus/ops/linear.hpp"

#include "support/gradcheck.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

constexpr DropoutKey kSparseKey{99, 1, 2};

/// Rows {0: 2, 2: 3}, {}, {1: 4}.
SparseMatrix small(at::ScalarType type = at::kDouble) {
  return SparseMatrix(3, 3, std::vector<std::int64_t>{0, 2, 2, 3},
                      std::vector<std::int32_t>{0, 2, 1}, std::vector<float>{2, 3, 4}, type);
}

/// About `fill` of the positions, by torch's generator.
SparseMatrix random_sparse(std::int64_t rows, std::int64_t cols, double fill, at::ScalarType type) {
  const at::Tensor keep = torch::rand({rows, cols}).lt(fill);
  const auto kept = keep.accessor<bool, 2>();
  std::vector<std::int64_t> rowptr{0};
  std::vector<std::int32_t> col;
  std::vector<float> value;
  for (std::int64_t r = 0; r < rows; ++r) {
    for (std::int64_t c = 0; c < cols; ++c) {
      if (kept[r][c]) {
        col.push_back(static_cast<std::int32_t>(c));
        value.push_back(static_cast<float>(r % 7) - 2.5F);
      }
    }
    rowptr.push_back(static_cast<std::int64_t>(col.size()));
  }
  return SparseMatrix(rows, cols, rowptr, col, value, type);
}

class SparseMatrixTest : public ::testing::Test {
 protected:
  void SetUp() override { torch::manual_seed(2); }
};

TEST_F(SparseMatrixTest, HoldsWhatItWasGiven) {
  const SparseMatrix x = small();
  EXPECT_EQ(x.rows(), 3);
  EXPECT_EQ(x.cols(), 3);
  EXPECT_EQ(x.nnz(), 3);
  EXPECT_EQ(x.dtype(), at::kDouble);
  const at::Tensor dense = torch::tensor({{2.0, 0.0, 3.0}, {0.0, 0.0, 0.0}, {0.0, 4.0, 0.0}},
                                         at::TensorOptions().dtype(at::kDouble));
  EXPECT_TRUE(torch::equal(x.to_dense(), dense));
  EXPECT_TRUE(torch::equal(x.values(), torch::tensor({2.0, 3.0, 4.0}, at::kDouble)));
  const SparseMatrix none;
  EXPECT_EQ(none.rows() + none.cols() + none.nnz(), 0);
}

// Row 0: 2 w_00 + 3 w_02 = 2 + 9; second output 2 * 4 + 3 * 6; bias 10, 20. Row 1: the bias.
TEST_F(SparseMatrixTest, LinearMultipliesByHand) {
  const at::Tensor weight = torch::tensor({{1.0F, 2.0F, 3.0F}, {4.0F, 5.0F, 6.0F}});
  const at::Tensor y = sparse_linear(small(at::kFloat), weight, torch::tensor({10.0F, 20.0F}));
  EXPECT_TRUE(torch::equal(y, torch::tensor({{21.0F, 46.0F}, {10.0F, 20.0F}, {18.0F, 40.0F}})));
}

TEST_F(SparseMatrixTest, LinearAgreesWithTheDenseProduct) {
  const SparseMatrix x = random_sparse(300, 120, 0.05, at::kDouble);
  at::Tensor weight = torch::randn({17, 120}, at::kDouble).requires_grad_(true);
  at::Tensor bias = torch::randn({17}, at::kDouble).requires_grad_(true);
  const at::Tensor g = torch::randn({300, 17}, at::kDouble);
  const at::Tensor sparse = sparse_linear(x, weight, bias);
  const at::Tensor dense = torch::linear(x.to_dense(), weight, bias);
  EXPECT_TRUE(torch::allclose(sparse, dense, 0, 1e-12));
  const auto ours = torch::autograd::grad({sparse}, {weight, bias}, {g});
  const auto theirs = torch::autograd::grad({dense}, {weight, bias}, {g});
  EXPECT_TRUE(torch::allclose(ours[0], theirs[0], 0, 1e-11));
  EXPECT_TRUE(torch::allclose(ours[1], theirs[1], 0, 1e-11));
}

TEST_F(SparseMatrixTest, GradientsPassTheDifferenceCheckTwice) {
  const SparseMatrix x = random_sparse(6, 5, 0.4, at::kDouble);
  const auto f = [&x](const std::vector<at::Tensor>& in) { return sparse_linear(x, in[0], in[1]); };
  const at::Tensor weight = torch::randn({4, 5}, at::kDouble).requires_grad_(true);
  const at::Tensor bias = torch::randn({4}, at::kDouble).requires_grad_(true);
  EXPECT_TRUE(test::gradcheck(f, {weight, bias}));
  EXPECT_TRUE(test::gradgradcheck(f, {weight, bias}));
  EXPECT_TRUE(test::gradcheck(f, {weight, at::Tensor()}));
}

TEST_F(SparseMatrixTest, DropoutEqualsDenseDropoutBitForBit) {
  const SparseMatrix x = random_sparse(90, 70, 0.1, at::kFloat);
  const SparseMatrix dropped = x.dropout(0.5, kSparseKey);
  EXPECT_TRUE(torch::equal(dropped.to_dense(), dropout(x.to_dense(), 0.5, kSparseKey)));
  EXPECT_FALSE(torch::equal(dropped.values(), x.values()));
  const std::vector<std::int64_t> order{1, 0};
  const std::vector<std::int32_t> numbers{1, 0};
  const SparseMatrix two = x.index_select(order);
  DropoutKey key = kSparseKey;
  key.rows = numbers;
  EXPECT_TRUE(
      torch::equal(two.dropout(0.5, key).to_dense(), dropped.index_select(order).to_dense()));
  EXPECT_TRUE(torch::equal(x.dropout(0.0, kSparseKey).values(), x.values()));
  EXPECT_EQ(SparseMatrix().dropout(0.5, kSparseKey).nnz(), 0);
}

TEST_F(SparseMatrixTest, GradientSeesTheDroppedValues) {
  const SparseMatrix x = random_sparse(40, 30, 0.2, at::kDouble).dropout(0.5, kSparseKey);
  at::Tensor weight = torch::randn({3, 30}, at::kDouble).requires_grad_(true);
  const at::Tensor g = torch::randn({40, 3}, at::kDouble);
  const auto ours = torch::autograd::grad({sparse_linear(x, weight, {})}, {weight}, {g});
  EXPECT_TRUE(torch::allclose(ours[0], g.t().mm(x.to_dense()), 0, 1e-12));
}

TEST_F(SparseMatrixTest, SelectsRowsInTheGivenOrder) {
  const SparseMatrix x = random_sparse(20, 9, 0.3, at::kFloat);
  const std::vector<std::int64_t> rows = {7, 0, 7, 19};
  const at::Tensor index = torch::tensor({7, 0, 7, 19}, at::kLong);
  EXPECT_TRUE(torch::equal(x.index_select(rows).to_dense(), x.to_dense().index_select(0, index)));
  EXPECT_EQ(x.index_select({}).rows(), 0);
  EXPECT_THAT(
      test::message_of<c10::Error>([&] { (void)x.index_select(std::vector<std::int64_t>{20}); }),
      HasSubstr("rows must be in [0, 20), got 20"));
}

TEST_F(SparseMatrixTest, AddsEntriesOfOnePosition) {
  const SparseMatrix x(1, 2, std::vector<std::int64_t>{0, 3}, std::vector<std::int32_t>{1, 0, 1},
                       std::vector<float>{1, 2, 3});
  const at::Tensor weight = torch::tensor({{10.0F, 100.0F}});
  EXPECT_EQ(sparse_linear(x, weight, {}).item<float>(), 420.0F);
  EXPECT_TRUE(torch::equal(x.to_dense(), torch::tensor({{2.0F, 4.0F}})));
}

TEST_F(SparseMatrixTest, RejectsArraysThatDoNotFit) {
  const auto make = [](std::vector<std::int64_t> rowptr, std::vector<std::int32_t> col,
                       std::vector<float> value) {
    return [=] { SparseMatrix(2, 3, rowptr, col, value); };
  };
  const auto message = [](const std::string& text) {
    return ThrowsMessage<c10::Error>(HasSubstr(text));
  };
  EXPECT_THAT(make({0, 1}, {0}, {1}), message("rowptr must have rows + 1 = 3 entries, got 2"));
  EXPECT_THAT(make({1, 1, 1}, {0}, {1}), message("rowptr must begin with 0, got 1"));
  EXPECT_THAT(make({0, 2, 1}, {0}, {1}),
              message("rowptr must never decrease, got 2 then 1 at row 1"));
  EXPECT_THAT(make({0, 1, 2}, {0}, {1}),
              message("rowptr must end at the number of entries, 1, got 2"));
  EXPECT_THAT(make({0, 1, 1}, {0}, {}),
              message("value must have one entry per column id, 1, got 0"));
  EXPECT_THAT(make({0, 1, 1}, {3}, {1}), message("col must be in [0, 3), got 3 at entry 0"));
  EXPECT_THAT(
      [] {
        (void)sparse_linear(small(), torch::ones({2, 4}, at::kDouble), {});
      },
      message("sparse_linear: weight must have shape [out, 3] for x of 3 columns, got [2, 4]"));
  EXPECT_THAT(
      [] {
        (void)sparse_linear(small(), torch::ones({2, 3}), {});
      },
      message("sparse_linear: weight must be Double as x is, got Float"));
  EXPECT_THAT([] { (void)small().dropout(1.0, kSparseKey); },
              message("p must be in [0, 1), got 1"));
}

}  // namespace
}  // namespace isthmus::ops
