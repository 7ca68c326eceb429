#pragma once

// Sixteen on registers: sixteen lanes are one to four of them.

#if defined(__AVX512F__)
#include "sixteen_avx512.hpp"
#else
#include "sixteen_avx2.hpp"
#endif

namespace isthmus::kernels {
namespace {

template <typename T>
struct Sixteen {
  using V = Vec<T>;
  static constexpr std::int64_t kCount = 16;
  static constexpr int kRegisters = static_cast<int>(kCount / V::kLanes);
  struct Mask {
    typename V::Mask r[kRegisters];
  };
  V r[kRegisters];

  /// The register-wise result of f.
  template <typename F>
  __attribute__((always_inline)) static Sixteen of(const F& f) {
    Sixteen result;
#pragma GCC unroll 4
    for (int i = 0; i < kRegisters; ++i) {
      result.r[i] = f(i);
    }
    return result;
  }
  static Mask mask(std::int64_t count) {
    Mask m;
    for (int i = 0; i < kRegisters; ++i) {
      const std::int64_t rest = count - i * V::kLanes;
      m.r[i] = V::mask(rest < 0 ? 0 : rest < V::kLanes ? rest : V::kLanes);
    }
    return m;
  }
  static Sixteen splat(T s) {
    return of([s](int /*i*/) { return V::splat(s); });
  }
  static Sixteen load(const T* p) {
    return of([p](int i) { return V::load(p + i * V::kLanes); });
  }
  static Sixteen load(const T* p, const Mask& m) {
    return of([p, &m](int i) { return V::load(p + i * V::kLanes, m.r[i]); });
  }
  void store(T* p) const {
    for (int i = 0; i < kRegisters; ++i) {
      r[i].store(p + i * V::kLanes);
    }
  }
  void store(T* p, const Mask& m) const {
    for (int i = 0; i < kRegisters; ++i) {
      r[i].store(p + i * V::kLanes, m.r[i]);
    }
  }
  [[nodiscard]] T first() const { return first_of(r[0]); }
};

template <typename T>
Sixteen<T> add(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](int i) { return add(a.r[i], b.r[i]); });
}
template <typename T>
Sixteen<T> sub(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](int i) { return sub(a.r[i], b.r[i]); });
}
template <typename T>
Sixteen<T> mul(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](int i) { return mul(a.r[i], b.r[i]); });
}
template <typename T>
Sixteen<T> div(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](int i) { return div(a.r[i], b.r[i]); });
}
template <typename T>
Sixteen<T> fused(const Sixteen<T>& a, const Sixteen<T>& b, const Sixteen<T>& c) {
  return Sixteen<T>::of([&](int i) { return fused(a.r[i], b.r[i], c.r[i]); });
}
template <typename T>
Sixteen<T> larger(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](int i) { return larger(a.r[i], b.r[i]); });
}
template <typename T>
Sixteen<T> smaller(const Sixteen<T>& a, const Sixteen<T>& b) {
  return Sixteen<T>::of([&](int i) { return smaller(a.r[i], b.r[i]); });
}
template <typename T>
Sixteen<T> if_positive(const Sixteen<T>& z, const Sixteen<T>& yes, const Sixteen<T>& no) {
  return Sixteen<T>::of([&](int i) { return if_positive(z.r[i], yes.r[i], no.r[i]); });
}
template <typename T>
Sixteen<T> if_equal(const Sixteen<T>& z, const Sixteen<T>& key, const Sixteen<T>& yes,
                    const Sixteen<T>& no) {
  return Sixteen<T>::of([&](int i) { return if_equal(z.r[i], key.r[i], yes.r[i], no.r[i]); });
}
template <int kDistance, typename T>
Sixteen<T> swapped(const Sixteen<T>& a) {
  if constexpr (kDistance >= Vec<T>::kLanes) {
    return Sixteen<T>::of([&](int i) { return a.r[i ^ (kDistance / Vec<T>::kLanes)]; });
  } else {
    return Sixteen<T>::of([&](int i) { return swapped_inside<kDistance>(a.r[i]); });
  }
}
template <unsigned kShift, typename T>
Sixteen<T> shifted(const Sixteen<T>& a) {
  return Sixteen<T>::of([&](int i) { return shifted_inside<kShift>(a.r[i]); });
}

/// A register's lanes need at most its own number of heads: a load from the first of them,
/// permuted.
template <typename T>
struct HeadSpread {
  std::int64_t first[Sixteen<T>::kRegisters];
  LaneIndex<T> index[Sixteen<T>::kRegisters];

  static HeadSpread of(std::int64_t column, std::int64_t channels) {
    constexpr std::int64_t kLanes = Vec<T>::kLanes;
    HeadSpread result;
    for (int r = 0; r < Sixteen<T>::kRegisters; ++r) {
      const std::int64_t start = column + r * kLanes;
      result.first[r] = start / channels;
      std::int32_t lane[kLanes];
      for (std::int64_t i = 0; i < kLanes; ++i) {
        lane[i] = static_cast<std::int32_t>((start + i) / channels - result.first[r]);
      }
      result.index[r] = LaneIndex<T>::load(lane);
    }
    return result;
  }
  [[nodiscard]] Sixteen<T> from(const T* numbers) const {
    return Sixteen<T>::of(
        [&](int r) { return permuted(Vec<T>::load(numbers + first[r]), index[r]); });
  }
};

}  // namespace
}  // namespace isthmus::kernels
