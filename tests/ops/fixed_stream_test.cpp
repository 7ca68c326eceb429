#include "isthmus/ops/fixed_stream.hpp"

#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/types.h>

#include "support/message_of.hpp"

namespace isthmus::ops {
namespace {

using ::testing::HasSubstr;

TEST(FixedStreamOps, AddReadAndSubtract) {
  const at::Tensor x = torch::zeros({2, 3}, at::kInt);
  const at::Tensor f = torch::tensor({{0.5F, -1.25F, 3.0F}, {0.0F, 100.0F, -0.125F}});
  ASSERT_TRUE(fixed_add(x, f, 20));
  EXPECT_TRUE(torch::equal(fixed_to_float(x, 20), f));
  EXPECT_TRUE(torch::equal(fixed_sum_to_float({x, x, x}, 20), 3.0 * f));
  // A summand that is not contiguous counts element by element.
  ASSERT_TRUE(fixed_subtract(x, f.t().contiguous().t(), 20));
  EXPECT_TRUE(torch::equal(x, torch::zeros_like(x)));
  EXPECT_FALSE(fixed_add(x, torch::full({2, 3}, 4096.0), 20));
}

TEST(FixedStreamOps, ChecksumsOfPartsAddUp) {
  const at::Tensor x = torch::arange(12, at::kInt).reshape({4, 3});
  EXPECT_EQ(fixed_checksum(x.narrow(0, 0, 1), 0) + fixed_checksum(x.narrow(0, 1, 3), 3),
            fixed_checksum(x, 0));
}

TEST(FixedStreamOps, RefusesWhatIsNoStream) {
  const at::Tensor x = torch::zeros({2, 3}, at::kInt);
  const at::Tensor f = torch::zeros({2, 3});
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)fixed_add(f, f, 20); }),
              HasSubstr("must be contiguous int32, got Float [2, 3]"));
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)fixed_to_float(x.t(), 20); }),
              HasSubstr("must be contiguous int32"));
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)fixed_add(x, f.to(at::kDouble), 20); }),
              HasSubstr("f must be Float [2, 3], got Double [2, 3]"));
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)fixed_subtract(x, f.narrow(0, 0, 1), 20); }),
              HasSubstr("got Float [1, 3]"));
  for (const int bits : {11, 25}) {
    EXPECT_THAT(test::message_of<c10::Error>([&] { (void)fixed_add(x, f, bits); }),
                HasSubstr("bits must be in [12, 24]"));
  }
  EXPECT_THAT(test::message_of<c10::Error>([&] { (void)fixed_sum_to_float({}, 20); }),
              HasSubstr("got none"));
  EXPECT_THAT(test::message_of<c10::Error>([&] {
                (void)fixed_sum_to_float({x, x.narrow(0, 0, 1)}, 20);
              }),
              HasSubstr("must be of one size"));
}

}  // namespace
}  // namespace isthmus::ops
