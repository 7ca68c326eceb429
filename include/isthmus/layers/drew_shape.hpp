#pragma once

#include <algorithm>
#include <cstdint>

namespace isthmus::layers {

/// DrewShape::delay without delay: nu = infinity.
inline constexpr std::int64_t kNoDelay = 0;

/// What StageType::kDrew is made of, beside the layers: see Drew.
struct DrewShape {
  std::int64_t rings = 0;   ///< k_max, the last hop that is heard; >= 1 where it is used.
  std::int64_t delay = 1;   ///< nu >= 1, or kNoDelay.
  bool self_loops = false;  ///< GCN form: a loop at every node in every ring.
};

/// Which state layer t, from 0, hears at hop k in 1..t + 1: t - max(k - nu, 0), never below 0.
[[nodiscard]] constexpr std::int64_t drew_state(std::int64_t t, std::int64_t k,
                                                std::int64_t delay) noexcept {
  return delay == kNoDelay ? t : t - std::max<std::int64_t>(k - delay, 0);
}

/// Rings that layer t hears: 1..min(t + 1, k_max).
[[nodiscard]] constexpr std::int64_t drew_rings(std::int64_t t, std::int64_t rings) noexcept {
  return std::min(t + 1, rings);
}

}  // namespace isthmus::layers
