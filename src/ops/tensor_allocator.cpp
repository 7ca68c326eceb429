#include "isthmus/ops/tensor_allocator.hpp"

#include <cstdint>
#include <mutex>
#include <new>

#include <c10/core/CPUAllocator.h>

#include "isthmus/core/block_pool.hpp"

#include "torch_shim.hpp"

namespace isthmus::ops {
namespace {

class PoolAllocator : public shim::CpuAllocator {
 public:
  [[nodiscard]] c10::DataPtr make(std::size_t bytes) const override {
    void* block = nullptr;
    try {
      block = take_block(bytes);
    } catch (const std::bad_alloc&) {
      TORCH_CHECK(false, "tensor allocator: not enough memory for ", bytes, " bytes");
    }
    return {block, block, &give_block, c10::Device(c10::DeviceType::CPU)};
  }
  [[nodiscard]] c10::DeleterFnPtr raw_deleter() const override { return &give_block; }
};

}  // namespace

void install_tensor_allocator() {
  static std::once_flag once;
  std::call_once(once, [] {
    static auto* const allocator = new PoolAllocator;  // outlives every tensor
    // The caller asked for it: above what LibTorch or another library has set with less.
    constexpr std::uint8_t kHighestPriority = 255;
    c10::SetCPUAllocator(allocator, kHighestPriority);
  });
}

}  // namespace isthmus::ops
