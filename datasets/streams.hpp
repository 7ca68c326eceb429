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
inline constexpr std::uint32_t kGraphArcStream = 0x6461'0007;
inline constexpr std::uint32_t kGraphNameStream = 0x6461'0008;
inline constexpr std::uint32_t kPerClassStream = 0x6461'0009;
inline constexpr std::uint32_t kBotnetGraphStream = 0x6461'000A;
inline constexpr std::uint32_t kBotnetRoleStream = 0x6461'000B;
inline constexpr std::uint32_t kBotnetSenderStream = 0x6461'000C;
inline constexpr std::uint32_t kBotnetReceiverStream = 0x6461'000D;
inline constexpr std::uint32_t kBotnetArcStream = 0x6461'000E;
inline constexpr std::uint32_t kBotnetWordStream = 0x6461'000F;
inline constexpr std::uint32_t kBotnetPeerStream = 0x6461'0010;
inline constexpr std::uint32_t kBotnetSampleStream = 0x6461'0011;
inline constexpr std::uint32_t kBotnetHostStream = 0x6461'0012;
inline constexpr std::uint32_t kGraphOrderStream = 0x6461'0013;
inline constexpr std::uint32_t kPreferentialStream = 0x6461'0014;
inline constexpr std::uint32_t kAttachStream = 0x6461'0015;
inline constexpr std::uint32_t kExtraEdgeStream = 0x6461'0016;

}  // namespace isthmus::datasets
