#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"

namespace isthmus::expressivity {

/// What invert_modulo() found.
enum class InverseOutcome : std::uint8_t { kDone, kSingular, kCancelled };

/// The largest prime below `bound`, 3 < bound <= 2^31.
[[nodiscard]] std::uint32_t prime_below(std::uint32_t bound);

/// Inverts a matrix over the field of p elements in place, by Gauss-Jordan elimination with row
/// exchanges.
///
/// Entries under elimination stay below p^2 and are not reduced: a product is added and p^2 taken
/// away where it is passed, no division in the inner loop.
///
/// @param matrix  [size, size], entries below p.
/// @param p       A prime below 2^31.
/// @par Cost  size^3 multiplications, rows in parallel where there are many.
[[nodiscard]] InverseOutcome invert_modulo(std::span<std::uint64_t> matrix, std::int64_t size,
                                           std::uint32_t p, const CancelToken& cancel);

}  // namespace isthmus::expressivity
