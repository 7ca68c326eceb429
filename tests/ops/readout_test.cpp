#include "isthmus/ops/readout.hpp"

#include <cmath>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/types.h>

#include "support/gradcheck.hpp"
#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

const std::vector<std::int64_t> kPtr = {0, 2, 2, 5};

at::Tensor example() {
  return torch::tensor({{1.0, 6.0}, {3.0, 2.0}, {-1.0, 0.0}, {-1.0, 5.0}, {-4.0, 5.0}},
                       at::kDouble);
}

// Rows 0-1, none, rows 2-4.
TEST(Readout, ReducesByHand) {
  const at::Tensor x = example();
  EXPECT_TRUE(torch::equal(readout(x, kPtr, Reduce::kSum),
                           torch::tensor({{4.0, 8.0}, {0.0, 0.0}, {-6.0, 10.0}}, at::kDouble)));
  EXPECT_TRUE(
      torch::allclose(readout(x, kPtr, Reduce::kMean),
                      torch::tensor({{2.0, 4.0}, {0.0, 0.0}, {-2.0, 10.0 / 3.0}}, at::kDouble)));
  EXPECT_TRUE(torch::equal(readout(x, kPtr, Reduce::kMax),
                           torch::tensor({{3.0, 6.0}, {0.0, 0.0}, {-1.0, 5.0}}, at::kDouble)));
}

TEST(Readout, GivesTheWholeGradientOfATieToTheFirstRow) {
  at::Tensor x = example().requires_grad_(true);
  readout(x, kPtr, Reduce::kMax).sum().backward();
  EXPECT_TRUE(torch::equal(
      x.grad(),
      torch::tensor({{0.0, 1.0}, {1.0, 0.0}, {1.0, 0.0}, {0.0, 1.0}, {0.0, 0.0}}, at::kDouble)));
}

TEST(Readout, LetsTheFirstNanWin) {
  const double nan = std::nan("");
  at::Tensor x = torch::tensor({1.0, nan, 9.0, nan}, at::kDouble).view({4, 1}).requires_grad_(true);
  const at::Tensor y = readout(x, std::vector<std::int64_t>{0, 4}, Reduce::kMax);
  EXPECT_TRUE(std::isnan(y.item<double>()));
  y.sum().backward();
  EXPECT_TRUE(torch::equal(x.grad().view({4}), torch::tensor({0.0, 1.0, 0.0, 0.0}, at::kDouble)));
}

TEST(Readout, AgreesWithTorchOnRandomGraphs) {
  torch::manual_seed(4);
  std::vector<std::int64_t> ptr{0};
  for (const std::int64_t size : {1, 40, 0, 3, 10'000, 17}) {
    ptr.push_back(ptr.back() + size);
  }
  const at::Tensor x = torch::randn({ptr.back(), 70}, at::kDouble);
  const at::Tensor sum = readout(x, ptr, Reduce::kSum);
  const at::Tensor mean = readout(x, ptr, Reduce::kMean);
  const at::Tensor max = readout(x, ptr, Reduce::kMax);
  for (std::size_t g = 0; g + 1 < ptr.size(); ++g) {
    const at::Tensor rows = x.slice(0, ptr[g], ptr[g + 1]);
    const auto row = static_cast<std::int64_t>(g);
    EXPECT_TRUE(torch::allclose(sum[row], rows.sum(0), 1e-11, 1e-11));
    if (rows.size(0) > 0) {
      EXPECT_TRUE(torch::allclose(mean[row], rows.mean(0), 1e-11, 1e-11));
      EXPECT_TRUE(torch::equal(max[row], rows.amax(0)));
    }
  }
}

TEST(Readout, GradientsPassTheDifferenceCheck) {
  for (const Reduce reduce : {Reduce::kSum, Reduce::kMean, Reduce::kMax}) {
    const auto f = [reduce](const std::vector<at::Tensor>& in) {
      return readout(in[0], kPtr, reduce);
    };
    torch::manual_seed(5);
    const at::Tensor x = torch::randn({5, 3}, at::kDouble).requires_grad_(true);
    EXPECT_TRUE(test::gradcheck(f, {x}));
    if (reduce != Reduce::kMax) {
      EXPECT_TRUE(test::gradgradcheck(f, {x}));
    }
  }
}

TEST(Readout, RefusesDoubleBackwardOfMaxByName) {
  at::Tensor x = example().requires_grad_(true);
  const at::Tensor y = readout(x, kPtr, Reduce::kMax);
  EXPECT_THAT(test::message_of<c10::Error>(
                  [&] { (void)torch::autograd::grad({y.pow(2).sum()}, {x}, {}, true, true); }),
              HasSubstr("readout: create_graph must be false"));
}

TEST(Readout, AcceptsNoGraphsAndNoRows) {
  EXPECT_EQ(readout(torch::ones({0, 3}), std::vector<std::int64_t>{0}, Reduce::kSum).size(0), 0);
  const at::Tensor none =
      readout(torch::ones({0, 3}), std::vector<std::int64_t>{0, 0}, Reduce::kMax);
  EXPECT_TRUE(torch::equal(none, torch::zeros({1, 3})));
}

TEST(Readout, RejectsPointersThatDoNotFit) {
  const auto call = [](std::vector<std::int64_t> ptr) {
    return [ptr] { (void)readout(torch::ones({5, 1}), ptr, Reduce::kSum); };
  };
  const auto message = [](const std::string& text) {
    return ThrowsMessage<c10::Error>(HasSubstr(text));
  };
  EXPECT_THAT(call({}), message("readout: ptr must begin with 0, got no entry"));
  EXPECT_THAT(call({1, 5}), message("readout: ptr must begin with 0, got 1"));
  EXPECT_THAT(call({0, 3, 2, 5}), message("ptr must never decrease, got 3 then 2 at graph 1"));
  EXPECT_THAT(call({0, 4}), message("ptr must end at the number of rows of x, 5, got 4"));
  EXPECT_THAT(
      [] {
        (void)readout(torch::ones({2, 1}), std::vector<std::int64_t>{0, 2}, Reduce::kVar);
      },
      message("readout: reduce must be kSum, kMean or kMax, got value 4"));
}

// One row per graph: twice the first, none of the second, three times the third.
TEST(Spread, RepeatsTheRowOfEachGraphAndIsTheAdjointOfTheSum) {
  const at::Tensor x = torch::tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}, at::kDouble);
  const at::Tensor y = spread(x, kPtr);
  EXPECT_TRUE(torch::equal(
      y, torch::tensor({{1.0, 2.0}, {1.0, 2.0}, {5.0, 6.0}, {5.0, 6.0}, {5.0, 6.0}}, at::kDouble)));
  const at::Tensor z = example();
  EXPECT_NEAR((y * z).sum().item<double>(),
              (x * readout(z, kPtr, Reduce::kSum)).sum().item<double>(), 1e-12);
}

TEST(Spread, GradientsPassTheDifferenceCheckTwice) {
  const auto f = [](const std::vector<at::Tensor>& in) { return spread(in[0], kPtr).tanh(); };
  torch::manual_seed(6);
  const at::Tensor x = torch::randn({3, 2}, at::kDouble).requires_grad_(true);
  EXPECT_TRUE(test::gradcheck(f, {x}));
  EXPECT_TRUE(test::gradgradcheck(f, {x}));
}

TEST(Spread, TakesAnExpandedRowAndRefusesOtherShapes) {
  const at::Tensor row = torch::tensor({{1.0, 2.0}}, at::kDouble);
  EXPECT_TRUE(torch::equal(spread(row.expand({3, 2}), kPtr), row.expand({5, 2})));
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)spread(row, kPtr); }),
              HasSubstr("spread: x must have one row per graph of ptr, 3, got 1"));
  EXPECT_THAT(test::message_of<c10::Error>([&] {
                (void)spread(row, std::vector<std::int64_t>{1, 2});
              }),
              HasSubstr("spread: ptr must begin with 0, got 1"));
}

}  // namespace
}  // namespace isthmus::ops
