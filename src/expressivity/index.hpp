#pragma once

#include <cstddef>
#include <cstdint>

namespace isthmus::expressivity {

/// A node, slot or count as a place in a vector.
[[nodiscard]] constexpr std::size_t index(std::int64_t i) noexcept {
  return static_cast<std::size_t>(i);
}

}  // namespace isthmus::expressivity
