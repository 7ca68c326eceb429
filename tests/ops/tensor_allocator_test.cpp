#include "isthmus/ops/tensor_allocator.hpp"

#include <cstdint>
#include <limits>

#include <gtest/gtest.h>
#include <torch/types.h>

#include "isthmus/core/block_pool.hpp"

namespace isthmus::ops {
namespace {

std::uintptr_t address(const at::Tensor& tensor) {
  return reinterpret_cast<std::uintptr_t>(tensor.data_ptr());
}

// 1024 x 1024 floats are 4 MiB, 10 floats fit a line of 64 bytes.
TEST(TensorAllocator, CountsTensorsAndReusesTheMemoryOfLargeOnes) {
  install_tensor_allocator();
  install_tensor_allocator();
  const std::size_t before = block_pool_use().live;
  at::Tensor large = torch::ones({1024, 1024});
  const std::uintptr_t place = address(large);
  EXPECT_EQ(place % kLargeBlock, 0U);
  EXPECT_GE(block_pool_use().live, before + (std::size_t{4} << 20U));
  large = at::Tensor();
  EXPECT_EQ(block_pool_use().live, before);
  const at::Tensor again = torch::full({1024, 1024}, 2.0F);
  EXPECT_EQ(address(again), place);
  EXPECT_EQ(again.sum().item<float>(), 2.0F * 1024 * 1024);
  EXPECT_EQ(address(torch::ones({10})) % 64, 0U);
  EXPECT_EQ(torch::empty({0, 3}).numel(), 0);
}

TEST(TensorAllocator, ResizesAndMovesStorageAsBefore) {
  install_tensor_allocator();
  at::Tensor tensor = torch::arange(8);
  tensor.resize_({1 << 20});
  EXPECT_EQ(tensor.slice(0, 0, 8).sum().item<std::int64_t>(), 28);
  EXPECT_EQ(tensor.clone().slice(0, 7, 8).item<std::int64_t>(), 7);
}

TEST(TensorAllocator, SaysHowMuchItCouldNotGet) {
  install_tensor_allocator();
  const std::int64_t bytes = std::numeric_limits<std::int64_t>::max() / 4;
  try {
    (void)torch::empty({bytes}, torch::kByte);
    FAIL() << "memory of " << bytes << " bytes was had";
  } catch (const c10::Error& error) {
    EXPECT_NE(std::string(error.what()).find("not enough memory for " + std::to_string(bytes)),
              std::string::npos);
  }
}

}  // namespace
}  // namespace isthmus::ops
