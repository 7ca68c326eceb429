#pragma once

#include <compare>
#include <cstdint>

// A build for tests cuts the mix to 8 bits, so that collisions are frequent.
#ifndef ISTHMUS_WL_MIX_BITS
#define ISTHMUS_WL_MIX_BITS 64
#endif

namespace isthmus::expressivity {

/// Two lanes of 64 bits. Of a multiset: the sum, lane by lane mod 2^64, of its elements' mixes. So
/// equal multisets have equal signatures in any order, and no sorting is needed.
struct Signature {
  std::uint64_t a = 0;
  std::uint64_t b = 0;

  friend constexpr auto operator<=>(const Signature&, const Signature&) = default;
  constexpr Signature& operator+=(const Signature& other) noexcept {
    a += other.a;
    b += other.b;
    return *this;
  }
};

/// A bijection of 64-bit words whose output bits depend on all input bits (the finaliser of
/// Stafford's variant 13, used by SplitMix64).
constexpr std::uint64_t mix64(std::uint64_t x) noexcept {
  x ^= x >> 30U;
  x *= 0xBF58476D1CE4E5B9U;
  x ^= x >> 27U;
  x *= 0x94D049BB133111EBU;
  x ^= x >> 31U;
  return ISTHMUS_WL_MIX_BITS == 64 ? x : x & ((std::uint64_t{1} << (ISTHMUS_WL_MIX_BITS % 64)) - 1);
}

/// The mix of one element; `salt` keeps kinds of elements apart.
constexpr Signature mix(std::uint64_t value, std::uint64_t salt = 0) noexcept {
  const std::uint64_t x = value * 0x9E3779B97F4A7C15U + salt * 0xD1B54A32D192ED03U;
  return {mix64(x + 0x632BE59BD9B4E019U), mix64(x ^ 0xA0761D6478BD642FU)};
}

/// The mix of a signature as one element of another.
constexpr Signature mix(const Signature& value, std::uint64_t salt = 0) noexcept {
  const Signature first = mix(value.a, salt);
  const Signature second = mix(value.b, salt + 0x100000000U);
  return {mix64(first.a + 3 * second.a), mix64(first.b + 5 * second.b)};
}

/// The mix of an ordered pair.
constexpr Signature mix_pair(std::uint64_t first, std::uint64_t second,
                             std::uint64_t salt = 0) noexcept {
  const Signature head = mix(first, salt);
  return mix(Signature{head.a ^ (second * 0xE7037ED1A0B428DBU), head.b + second}, salt);
}

}  // namespace isthmus::expressivity
