#pragma once

#include <cstdint>

namespace isthmus::explain {

/// Names a number among those that a seed gives: the target it is drawn for, what it is for
/// (a stream), and of which edge or node and feature.
struct DrawPlace {
  std::uint64_t seed = 0;
  std::int64_t target = 0;
  std::uint32_t stream = 0;
  std::int64_t item = 0;
  std::uint32_t column = 0;
};

/// Streams in use: no two purposes share one.
inline constexpr std::uint32_t kEdgeStream = 0xE0000000U;
inline constexpr std::uint32_t kFeatureStream = 0xE0000001U;

/// Uniform in (0, 1), and standard normal: functions of the place alone.
[[nodiscard]] double uniform_at(const DrawPlace& place);
[[nodiscard]] double normal_at(const DrawPlace& place);

}  // namespace isthmus::explain
