#pragma once

#include <cstdint>

#include "isthmus/kernels/column_stats.hpp"

namespace isthmus::kernels {

/// Rounds a float to bfloat16 (8 bits of exponent, 7 of fraction), to nearest, ties to even. Beyond
/// the largest: infinity. NaN stays NaN (quiet, sign and upper payload kept).
[[nodiscard]] std::uint16_t to_bf16(float value) noexcept;

/// out_rc = to_bf16(x_rc); `out` [rows, columns] without gaps. Parallel over fixed blocks of rows.
void bf16_table(const Rows<float>& x, std::uint16_t* out);

}  // namespace isthmus::kernels
