#pragma once

#include <cstddef>
#include <cstdint>

namespace isthmus {

/// Memory handed out by the process's block pool, in bytes.
struct BlockPoolUse {
  std::size_t live = 0;      ///< Asked for and not given back yet.
  std::size_t peak = 0;      ///< Largest `live` since the start or reset_block_peak().
  std::size_t mapped = 0;    ///< Taken from the system for large blocks: in use or kept for reuse.
  std::uint64_t blocks = 0;  ///< Blocks handed out since the start.
};

/// Requests of at least this many bytes are large: mapped from the system, on huge pages where it
/// has them, and kept for reuse.
inline constexpr std::size_t kLargeBlock = std::size_t{2} << 20U;

/// Uninitialised memory, aligned to 64 bytes (large blocks to 2 MiB). Small blocks are malloc's.
///
/// A large block that was given back serves a later request of at most its size and at least 8/9 of
/// it, so that a loop over the same shapes touches no fresh page after its first turn: the system
/// clears each page of a fresh mapping, which costs as much as filling it. Before more is mapped,
/// kept blocks that do not fit are returned to the system as long as the total exceeds the largest
/// `live` so far: reuse never makes a process bigger than its own peak (but for the 1/8 of slack).
///
/// Nothing for 0 bytes (returns nullptr). @throws std::bad_alloc.
/// @par Thread-safe.
[[nodiscard]] void* take_block(std::size_t bytes);
/// Gives back what take_block() returned; nullptr is ignored.
void give_block(void* block) noexcept;

[[nodiscard]] BlockPoolUse block_pool_use() noexcept;
/// Starts a new peak at what is live now.
void reset_block_peak() noexcept;
/// Returns all kept blocks to the system.
void release_kept_blocks() noexcept;

}  // namespace isthmus
