#include "isthmus/kernels/bf16_table.hpp"

#include <bit>

#include "block_reduce.hpp"

namespace isthmus::kernels {

std::uint16_t to_bf16(float value) noexcept {
  const auto bits = std::bit_cast<std::uint32_t>(value);
  if ((bits & 0x7FFFFFFFU) > 0x7F800000U) {
    return static_cast<std::uint16_t>((bits >> 16U) | 0x0040U);
  }
  // Half of the last kept place, less one if that place is even: a tie then rounds down to it.
  return static_cast<std::uint16_t>((bits + 0x7FFFU + ((bits >> 16U) & 1U)) >> 16U);
}

void bf16_table(const Rows<float>& x, std::uint16_t* out) {
  for_row_tasks(x.rows, x.columns, [&](std::int64_t first, std::int64_t last) {
    for (std::int64_t row = first; row < last; ++row) {
      const float* from = x.data + row * x.stride;
      std::uint16_t* to = out + row * x.columns;
      for (std::int64_t c = 0; c < x.columns; ++c) {
        to[c] = to_bf16(from[c]);
      }
    }
  });
}

}  // namespace isthmus::kernels
