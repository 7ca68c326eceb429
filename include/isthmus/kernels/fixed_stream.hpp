#pragma once

#include <cstdint>
#include <span>

namespace isthmus::kernels {

/// Numbers held as 32-bit integers in units of 2^-bits: what was added can be subtracted again
/// without an error, whatever the order of magnitude. The stream of reversible networks.

/// Largest and smallest number of binary places.
inline constexpr int kMinFixedBits = 12;
inline constexpr int kMaxFixedBits = 24;

/// x += round(f 2^bits), to nearest, ties to even. @returns false if an f is not finite or a sum
/// leaves the 32 bits: x is then of no use.
[[nodiscard]] bool fixed_add(std::span<std::int32_t> x, std::span<const float> f, int bits);
/// x -= round(f 2^bits): undoes fixed_add() with the same f exactly. False as there.
[[nodiscard]] bool fixed_subtract(std::span<std::int32_t> x, std::span<const float> f, int bits);

/// out = x 2^-bits, rounded to float.
void fixed_to_float(std::span<const std::int32_t> x, std::span<float> out, int bits);
/// out = (sum of the terms) 2^-bits; summed in 64 bits, then rounded to float once. Terms are as
/// long as out.
void fixed_sum_to_float(std::span<const std::int32_t* const> terms, std::span<float> out, int bits);

/// A 64-bit checksum of values and their positions first, first + 1, ...: sums of checksums of the
/// parts are the checksum of the whole, modulo 2^64.
[[nodiscard]] std::uint64_t fixed_checksum(std::span<const std::int32_t> x, std::uint64_t first);

}  // namespace isthmus::kernels
