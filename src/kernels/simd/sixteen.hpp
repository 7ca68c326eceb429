#pragma once

// Sixteen lanes at every level, and the functions built from them. A kernel written on Sixteen is
// written once: sixteen_scalar.hpp specifies each operation, sixteen_wide.hpp does it on registers,
// and sums across lanes run as the tree that is written here, so all levels give equal bits.

#if defined(__AVX2__)
#include "sixteen_wide.hpp"
#else
#include "sixteen_scalar.hpp"
#endif

namespace isthmus::kernels {
namespace {

/// z > 0 ? z : slope z.
template <typename T>
Sixteen<T> leaky(const Sixteen<T>& z, const Sixteen<T>& slope) {
  return if_positive(z, z, mul(slope, z));
}
/// Its derivative, as PyTorch takes it at 0: slope.
template <typename T>
Sixteen<T> leaky_derivative(const Sixteen<T>& z, const Sixteen<T>& slope) {
  return if_positive(z, Sixteen<T>::splat(T{1}), slope);
}

struct Plus {
  template <typename T>
  Sixteen<T> operator()(const Sixteen<T>& a, const Sixteen<T>& b) const {
    return add(a, b);
  }
};
struct Larger {
  template <typename T>
  Sixteen<T> operator()(const Sixteen<T>& a, const Sixteen<T>& b) const {
    return larger(a, b);
  }
};

/// Combines lanes of equal i % period (1, 2, 4, 8; anything from 16 on changes nothing); all of
/// them hold the result: halves first.
template <typename Op, typename T>
Sixteen<T> folded(Sixteen<T> a, std::int64_t period, const Op& op) {
  if (period <= 8) {
    a = op(a, swapped<8>(a));
  }
  if (period <= 4) {
    a = op(a, swapped<4>(a));
  }
  if (period <= 2) {
    a = op(a, swapped<2>(a));
  }
  if (period <= 1) {
    a = op(a, swapped<1>(a));
  }
  return a;
}

/// Sum of each group of kWidth neighbours (1, 2, 4, 8, 16), held by all of its lanes.
template <int kWidth, typename T>
Sixteen<T> group_sums(Sixteen<T> a) {
  if constexpr (kWidth >= 16) {
    a = add(a, swapped<8>(a));
  }
  if constexpr (kWidth >= 8) {
    a = add(a, swapped<4>(a));
  }
  if constexpr (kWidth >= 4) {
    a = add(a, swapped<2>(a));
  }
  if constexpr (kWidth >= 2) {
    a = add(a, swapped<1>(a));
  }
  return a;
}

/// exp(x) = 2^n e^r, n = round(x / ln 2), |r| <= ln 2 / 2. e^r = 1 + r (1 + r (c_0 + c_1 r + ...)),
/// c from the Chebyshev fit of (e^r - 1 - r) / r^2 (relative error 8e-9 and 1.3e-17).
template <typename T>
struct ExponentialLaw;
template <>
struct ExponentialLaw<float> {
  static constexpr float kLowest = -104.0F;  // below, exp rounds to 0
  static constexpr float kHighest = 89.0F;   // above, to infinity
  static constexpr float kInvLn2 = 0x1.715476p+0F;
  static constexpr float kLn2High = 0x1.62e430p-1F;
  static constexpr float kLn2Low = -0x1.05c610p-29F;
  static constexpr float kRound = 0x1.8p23F;  // adding it rounds to an integer
  static constexpr float kExponent = 0x1.8p23F + 127.0F;
  static constexpr unsigned kMantissa = 23;
  static constexpr int kTerms = 5;
  static constexpr float kTerm[kTerms] = {0x1.000000p-1F, 0x1.5554dcp-3F, 0x1.55551ap-5F,
                                          0x1.120ba2p-7F, 0x1.6d113cp-10F};
};
template <>
struct ExponentialLaw<double> {
  static constexpr double kLowest = -746.0;
  static constexpr double kHighest = 710.0;
  static constexpr double kInvLn2 = 0x1.71547652b82fep+0;
  static constexpr double kLn2High = 0x1.62e42fefa39efp-1;
  static constexpr double kLn2Low = 0x1.abc9e3b39803fp-56;
  static constexpr double kRound = 0x1.8p52;
  static constexpr double kExponent = 0x1.8p52 + 1023.0;
  static constexpr unsigned kMantissa = 52;
  static constexpr int kTerms = 10;
  static constexpr double kTerm[kTerms] = {
      0x1.0000000000001p-1,  0x1.5555555555556p-3,  0x1.5555555553d4fp-5,  0x1.11111111109adp-7,
      0x1.6c16c17893833p-10, 0x1.a01a01a7c8d47p-13, 0x1.a019b8ef67c6cp-16, 0x1.71de0d9c145d0p-19,
      0x1.2891a8c1d838dp-22, 0x1.af38d53857513p-26};
};

/// 2^k for integers k of normal powers: the exponent's bits are shifted into place.
template <typename T>
Sixteen<T> power_of_two(const Sixteen<T>& k) {
  using Law = ExponentialLaw<T>;
  return shifted<Law::kMantissa>(add(k, Sixteen<T>::splat(Law::kExponent)));
}

/// e^x within 1 ulp, subnormal results included; 0 at -infinity, infinity where it overflows, NaN
/// for NaN.
template <typename T>
Sixteen<T> exponential(const Sixteen<T>& argument) {
  using Law = ExponentialLaw<T>;
  using L = Sixteen<T>;
  const L round = L::splat(Law::kRound);
  const L x = smaller(L::splat(Law::kHighest), larger(L::splat(Law::kLowest), argument));
  const L n = sub(fused(x, L::splat(Law::kInvLn2), round), round);
  L r = fused(n, L::splat(-Law::kLn2High), x);
  r = fused(n, L::splat(-Law::kLn2Low), r);
  L p = L::splat(Law::kTerm[Law::kTerms - 1]);
#pragma GCC unroll 16
  for (int i = Law::kTerms - 2; i >= 0; --i) {
    p = fused(p, r, L::splat(Law::kTerm[i]));
  }
  const L one = L::splat(T{1});
  p = fused(fused(p, r, one), r, one);
  // In two steps, since 2^n alone may be infinite or subnormal where the result is not.
  const L half = sub(fused(n, L::splat(T{0.5}), round), round);
  return mul(mul(p, power_of_two(half)), power_of_two(sub(n, half)));
}

/// 1 / x, and 0 for 0.
template <typename T>
Sixteen<T> inverse_or_zero(const Sixteen<T>& x) {
  const Sixteen<T> zero = Sixteen<T>::splat(T{0});
  return if_equal(x, zero, zero, div(Sixteen<T>::splat(T{1}), x));
}

}  // namespace
}  // namespace isthmus::kernels
