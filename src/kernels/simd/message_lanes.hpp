#pragma once

// Vectors of the compiler for kernels that are written once: as wide as the level's registers.
// Lanes are independent, so their number changes no bit.

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

#if defined(__AVX512F__)
constexpr int kRegisterBytes = 64;
#elif defined(__AVX2__)
constexpr int kRegisterBytes = 32;
#else
constexpr int kRegisterBytes = 16;
#endif

template <typename T>
struct Lanes;

template <>
struct Lanes<float> {
  using V = float __attribute__((vector_size(kRegisterBytes)));
  using I = std::int32_t __attribute__((vector_size(kRegisterBytes)));
  using U = std::uint32_t __attribute__((vector_size(kRegisterBytes)));
  using Int = std::int32_t;
  static constexpr int kCount = kRegisterBytes / 4;

  // exp: 2^n e^r, n = x / ln 2 rounded by adding a number whose last bit is worth 1.
  static constexpr float kRound = 12582912.0F;  // 1.5 * 2^23
  static constexpr float kInvLn2 = 1.44269504F;
  static constexpr float kLn2High = 0.693359375F;  // few bits: n times it is exact
  static constexpr float kLn2Low = -2.12194440e-4F;
  static constexpr float kLowest = -87.0F;  // below, 2^n would not be a normal number
  static constexpr std::uint32_t kMantissa = 23;
  static constexpr int kDegree = 7;  // |r| <= 0.35: r^8 / 8! = 6e-9
};

template <>
struct Lanes<double> {
  using V = double __attribute__((vector_size(kRegisterBytes)));
  using I = std::int64_t __attribute__((vector_size(kRegisterBytes)));
  using U = std::uint64_t __attribute__((vector_size(kRegisterBytes)));
  using Int = std::int64_t;
  static constexpr int kCount = kRegisterBytes / 8;

  static constexpr double kRound = 6755399441055744.0;  // 1.5 * 2^52
  static constexpr double kInvLn2 = 1.4426950408889634;
  static constexpr double kLn2High = 6.93145751953125e-1;
  static constexpr double kLn2Low = 1.42860682030941723212e-6;
  static constexpr double kLowest = -708.0;
  static constexpr std::uint64_t kMantissa = 52;
  static constexpr int kDegree = 13;  // r^14 / 14! = 5e-18
};

constexpr double kInverseFactorial[14] = {1.0,
                                          1.0,
                                          1.0 / 2,
                                          1.0 / 6,
                                          1.0 / 24,
                                          1.0 / 120,
                                          1.0 / 720,
                                          1.0 / 5040,
                                          1.0 / 40320,
                                          1.0 / 362880,
                                          1.0 / 3628800,
                                          1.0 / 39916800,
                                          1.0 / 479001600,
                                          1.0 / 6227020800.0};

template <typename T>
typename Lanes<T>::V splat(T value) {
  return typename Lanes<T>::V{} + value;  // 0 + v: only -0 would change, and none is splat
}

/// e^x for x <= 0: 0 below kLowest, NaN stays NaN.
template <typename T>
typename Lanes<T>::V exp_of(typename Lanes<T>::V x) {
  using L = Lanes<T>;
  const typename L::V shifted = x * L::kInvLn2 + L::kRound;
  const typename L::V n = shifted - L::kRound;
  const typename L::V r = (x - n * L::kLn2High) - n * L::kLn2Low;
  typename L::V poly = splat<T>(static_cast<T>(kInverseFactorial[L::kDegree]));
#pragma GCC unroll 16
  for (int k = L::kDegree - 1; k >= 0; --k) {
    poly = poly * r + static_cast<T>(kInverseFactorial[k]);
  }
  const auto bits = reinterpret_cast<typename L::U>(poly) +
                    (reinterpret_cast<typename L::U>(shifted) << L::kMantissa);
  const auto scaled = reinterpret_cast<typename L::V>(bits);
  const typename L::V zero = {};
  const typename L::V value = x < L::kLowest ? zero : scaled;
  return x == x ? value : x;
}

/// kVectors vectors of columns; with kTail the last ones are short or empty.
template <typename T, int kVectors, bool kTail>
struct LanePanel {
  using V = typename Lanes<T>::V;
  static constexpr int kCount = Lanes<T>::kCount;
  std::int64_t width;

  /// Columns of vector v, 0..kCount.
  [[nodiscard]] std::int64_t count(int v) const {
    const std::int64_t rest = width - std::int64_t{v} * kCount;
    return rest >= kCount ? kCount : rest > 0 ? rest : 0;
  }
  V load(const T* p, int v) const {
    V value = {};
    if constexpr (!kTail) {
      __builtin_memcpy(&value, p + std::int64_t{v} * kCount, sizeof(V));
    } else {
      const std::int64_t n = count(v);
      if (n == kCount) {
        __builtin_memcpy(&value, p + std::int64_t{v} * kCount, sizeof(V));
      } else {
        for (std::int64_t i = 0; i < n; ++i) {
          value[i] = p[std::int64_t{v} * kCount + i];
        }
      }
    }
    return value;
  }
  void store(V value, T* p, int v) const {
    if constexpr (!kTail) {
      __builtin_memcpy(p + std::int64_t{v} * kCount, &value, sizeof(V));
    } else {
      const std::int64_t n = count(v);
      for (std::int64_t i = 0; i < n; ++i) {
        p[std::int64_t{v} * kCount + i] = value[i];
      }
    }
  }
  /// Offsets are 32-bit in memory and as wide as T in registers.
  void store_offset(typename Lanes<T>::I value, std::int32_t* p, int v) const {
    const std::int64_t n = kTail ? count(v) : kCount;
    for (std::int64_t i = 0; i < n; ++i) {
      p[std::int64_t{v} * kCount + i] = static_cast<std::int32_t>(value[i]);
    }
  }
  typename Lanes<T>::I load_offset(const std::int32_t* p, int v) const {
    typename Lanes<T>::I value = {};
    const std::int64_t n = kTail ? count(v) : kCount;
    for (std::int64_t i = 0; i < n; ++i) {
      value[i] = p[std::int64_t{v} * kCount + i];
    }
    return value;
  }
};

}  // namespace
}  // namespace isthmus::kernels
