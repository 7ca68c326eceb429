#include "isthmus/core/block_pool.hpp"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <list>
#include <mutex>
#include <new>
#include <unordered_map>

#include <malloc.h>
#include <sys/mman.h>

namespace isthmus {
namespace {

constexpr std::size_t kHugePage = std::size_t{2} << 20U;
constexpr std::size_t kSmallPage = 4096;
constexpr std::size_t kSmallAlignment = 64;

struct Kept {
  void* start = nullptr;
  std::size_t size = 0;
};

struct Pool {
  std::mutex mutex;
  BlockPoolUse use;
  struct Large {
    std::size_t asked = 0;  ///< By the present owner.
    std::size_t size = 0;   ///< Of the mapping.
  };
  std::unordered_map<void*, Large> in_use;
  std::list<Kept> kept;  ///< Oldest first.
};

/// One object even where two shared libraries each contain this room. Never destroyed: tensors of
/// other statics are given back after it would be.
[[gnu::visibility("default")]] inline Pool& pool() {
  static auto* const instance = new Pool;
  return *instance;
}

std::size_t rounded_up(std::size_t bytes, std::size_t unit) {
  return (bytes + unit - 1) / unit * unit;
}

/// `size` bytes that begin at a multiple of a huge page, or nullptr.
void* map_aligned(std::size_t size) {
  const std::size_t wanted = size + kHugePage;
  void* mapped = mmap(nullptr, wanted, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (mapped == MAP_FAILED) {
    return nullptr;
  }
  auto* begin = static_cast<char*>(mapped);
  const auto address = reinterpret_cast<std::uintptr_t>(begin);
  const std::size_t head = rounded_up(address, kHugePage) - address;
  if (head > 0) {
    munmap(begin, head);
  }
  const std::size_t tail = wanted - head - size;
  if (tail > 0) {
    munmap(begin + head + size, tail);
  }
  // Where the system has none the block is as good on small pages.
  (void)madvise(begin + head, size, MADV_HUGEPAGE);
  return begin + head;
}

void unmap(Pool& state, std::list<Kept>::iterator block) {
  munmap(block->start, block->size);
  state.use.mapped -= block->size;
  state.kept.erase(block);
}

/// A kept block that is just large enough, else a new mapping, else nullptr.
Kept find_large(Pool& state, std::size_t bytes) {
  const std::size_t size = rounded_up(bytes, kSmallPage);
  auto best = state.kept.end();
  for (auto block = state.kept.begin(); block != state.kept.end(); ++block) {
    const bool fits = block->size >= size && block->size - size <= size / 8;
    if (fits && (best == state.kept.end() || block->size < best->size)) {
      best = block;
    }
  }
  if (best != state.kept.end()) {
    const Kept found = *best;
    state.kept.erase(best);
    return found;
  }
  while (!state.kept.empty() && state.use.mapped + size > state.use.peak) {
    unmap(state, state.kept.begin());
  }
  void* start = map_aligned(size);
  if (start == nullptr) {
    return {};
  }
  state.use.mapped += size;
  return {start, size};
}

void count(BlockPoolUse& use, std::size_t bytes) {
  use.live += bytes;
  use.peak = std::max(use.peak, use.live);
  ++use.blocks;
}

}  // namespace

void* take_block(std::size_t bytes) {
  if (bytes == 0) {
    return nullptr;
  }
  Pool& state = pool();
  if (bytes < kLargeBlock) {
    void* block = std::aligned_alloc(kSmallAlignment, rounded_up(bytes, kSmallAlignment));
    if (block == nullptr) {
      throw std::bad_alloc();
    }
    const std::lock_guard lock(state.mutex);
    count(state.use, malloc_usable_size(block));
    return block;
  }
  const std::lock_guard lock(state.mutex);
  const BlockPoolUse before = state.use;
  count(state.use, bytes);
  const Kept large = find_large(state, bytes);
  if (large.start == nullptr) {
    const std::size_t mapped = state.use.mapped;
    state.use = before;
    state.use.mapped = mapped;
    throw std::bad_alloc();
  }
  state.in_use.emplace(large.start, Pool::Large{bytes, large.size});
  return large.start;
}

void give_block(void* block) noexcept {
  if (block == nullptr) {
    return;
  }
  Pool& state = pool();
  {
    const std::lock_guard lock(state.mutex);
    const auto found = state.in_use.find(block);
    if (found != state.in_use.end()) {
      state.use.live -= found->second.asked;
      state.kept.push_back({block, found->second.size});
      state.in_use.erase(found);
      return;
    }
    state.use.live -= malloc_usable_size(block);
  }
  std::free(block);
}

BlockPoolUse block_pool_use() noexcept {
  Pool& state = pool();
  const std::lock_guard lock(state.mutex);
  return state.use;
}

void reset_block_peak() noexcept {
  Pool& state = pool();
  const std::lock_guard lock(state.mutex);
  state.use.peak = state.use.live;
}

void release_kept_blocks() noexcept {
  Pool& state = pool();
  const std::lock_guard lock(state.mutex);
  while (!state.kept.empty()) {
    unmap(state, state.kept.begin());
  }
}

}  // namespace isthmus
