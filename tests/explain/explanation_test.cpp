#include "isthmus/explain/explanation.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace isthmus::explain {
namespace {

// [[1, 2], [3, 4], [5, 6]] by node: 3, 7, 11; by feature: 9, 12.
TEST(SummedTo, AddsWhatTheKindsLeaveOut) {
  const at::Tensor entries = torch::arange(1.0, 7.0, torch::kDouble).reshape({3, 2});
  const auto same = [](const at::Tensor& a, const std::vector<double>& b, at::IntArrayRef shape) {
    return a.equal(torch::tensor(b, torch::kDouble).reshape(shape));
  };
  EXPECT_TRUE(summed_to(entries, {}).equal(entries));
  EXPECT_TRUE(same(summed_to(entries, {.feature = false}), {3, 7, 11}, {3, 1}));
  EXPECT_TRUE(same(summed_to(entries, {.node = false}), {9, 12}, {1, 2}));
  EXPECT_FALSE(summed_to(entries, {.node = false, .feature = false}).defined());
}

}  // namespace
}  // namespace isthmus::explain
