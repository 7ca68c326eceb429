#pragma once

#include <cstdint>

namespace isthmus::datasets {

/// Numbers of the random streams that this room draws from. A number never changes and is never
/// used twice: published splits and golden hashes depend on it.
inline constexpr std::uint32_t kFoldStream = 0x6461'0001;
inline constexpr std::uint32_t kSplitStream = 0x6461'0002;
inline constexpr std::uint32_t kMineStream = 0x6461'0003;
inline constexpr std::uint32_t kHiddenStream = 0x6461'0004;
inline constexpr std::uint32_t kRelabelStream = 0x6461'0005;
inline constexpr std::uint32_t kSplitSeedStream = 0x6461'0006;
inline constexpr std::uint32_t kPerClassStream = 0x6461'0007;

}  // namespace isthmus::datasets
