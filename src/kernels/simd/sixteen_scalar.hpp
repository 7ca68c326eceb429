#pragma once

// The specification of Sixteen: sixteen numbers and what can be done to each.

#include <cstdint>

namespace isthmus::kernels {
namespace {

float fused_number(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
double fused_number(double a, double b, double c) { return __builtin_fma(a, b, c); }

/// Bits moved up by `count`.
float shifted_number(float a, unsigned count) {
  std::uint32_t bits = 0;
  __builtin_memcpy(&bits, &a, sizeof(bits));
  bits <<= count;
  __builtin_memcpy(&a, &bits, sizeof(bits));
  return a;
}
double shifted_number(double a, unsigned count) {
  std::uint64_t bits = 0;
  __builtin_memcpy(&bits, &a, sizeof(bits));
  bits <<= count;
  __builtin_memcpy(&a, &bits, sizeof(bits));
  return a;
}

/// Sixteen numbers, the unit in which the kernels that work across lanes are written: whatever
/// registers a level has, it computes the same sixteen lanes, so that all levels give equal bits.
template <typename T>
struct Sixteen {
  static constexpr std::int64_t kCount = 16;
  struct Mask {
    std::int64_t count;
  };
  T v[kCount];

  template <typename F>
  static Sixteen of(const F& f) {
    Sixteen result;
    for (std::int64_t i = 0; i < kCount; ++i) {
      result.v[i] = f(i);
    }
    return result;
  }
  /// The lowest `count` lanes, 1 <= count <= 16.
  static Mask mask(std::int64_t count) { return {count}; }
  static Sixteen splat(T s) {
    return of([s](std::int64_t /*i*/) { return s; });
  }
  static Sixteen load(const T* p) {
    return of([p](std::int64_t i) { return p[i]; });
  }
  /// Lanes outside the mask are 0, and their memory is not touched.
  static Sixteen load(const T* p, Mask m) {
    return of([p, m](std::int64_t i) { return i < m.count ? p[i] : T{0}; });
  }
  void store(T* p) const { store(p, {kCount}); }
  void store(T* p, Mask m) const {
    for (std::int64_t i = 0; i < m.count; ++i) {
      p[i] = v[i];
    }
  }
  [[nodiscard]] T first() const { return v[0]; }
};

template <typename T>
Sixteen<T> add(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](std::int64_t i) { return a.v[i] + b.v[i]; });
}
template <typename T>
Sixteen<T> sub(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](std::int64_t i) { return a.v[i] - b.v[i]; });
}
template <typename T>
Sixteen<T> mul(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](std::int64_t i) { return a.v[i] * b.v[i]; });
}
template <typename T>
Sixteen<T> div(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](std::int64_t i) { return a.v[i] / b.v[i]; });
}
template <typename T>
Sixteen<T> fused(const Sixteen<T>& a, const Sixteen<T>& b, const Sixteen<T>& c) {
  return Sixteen<T>::of([&](std::int64_t i) { return fused_number(a.v[i], b.v[i], c.v[i]); });
}
/// a > b ? a : b: of NaN and a number the second argument.
template <typename T>
Sixteen<T> larger(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](std::int64_t i) { return a.v[i] > b.v[i] ? a.v[i] : b.v[i]; });
}
/// a < b ? a : b.
template <typename T>
Sixteen<T> smaller(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](std::int64_t i) { return a.v[i] < b.v[i] ? a.v[i] : b.v[i]; });
}
/// z > 0 ? yes : no.
template <typename T>
Sixteen<T> if_positive(const Sixteen<T>& z, const Sixteen<T>& yes, const Sixteen<T>& no) {
  return Sixteen<T>::of([&](std::int64_t i) { return z.v[i] > T{0} ? yes.v[i] : no.v[i]; });
}
/// z == key ? yes : no.
template <typename T>
Sixteen<T> if_equal(const Sixteen<T>& z, const Sixteen<T>& key, const Sixteen<T>& yes,
                    const Sixteen<T>& no) {
  return Sixteen<T>::of([&](std::int64_t i) { return z.v[i] == key.v[i] ? yes.v[i] : no.v[i]; });
}
/// Lane i takes lane i ^ kDistance.
template <int kDistance, typename T>
Sixteen<T> swapped(const Sixteen<T>& a) {
  return Sixteen<T>::of([&](std::int64_t i) { return a.v[i ^ kDistance]; });
}
/// Bits of each lane moved up.
template <unsigned kShift, typename T>
Sixteen<T> shifted(const Sixteen<T>& a) {
  return Sixteen<T>::of([&](std::int64_t i) { return shifted_number(a.v[i], kShift); });
}

/// Lane i takes number (column + i) / channels of an array: the weight of its head.
template <typename T>
struct HeadSpread {
  std::int64_t head[Sixteen<T>::kCount];

  static HeadSpread of(std::int64_t column, std::int64_t channels) {
    HeadSpread result;
    for (std::int64_t i = 0; i < Sixteen<T>::kCount; ++i) {
      result.head[i] = (column + i) / channels;
    }
    return result;
  }
  /// 16 numbers past the array may be read.
  [[nodiscard]] Sixteen<T> from(const T* numbers) const {
    return Sixteen<T>::of([&](std::int64_t i) { return numbers[head[i]]; });
  }
};

}  // namespace
}  // namespace isthmus::kernels
