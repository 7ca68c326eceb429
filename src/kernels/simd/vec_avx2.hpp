#pragma once

#include <cstdint>

#include <immintrin.h>

// One register of T with AVX2 and FMA. In an anonymous namespace: a copy that the linker could
// share with baseline code must not exist.

namespace isthmus::kernels {
namespace {

/// kLaneMasks + 8 - n is a mask of the lowest n 32-bit lanes.
alignas(32) constexpr std::int32_t kLaneMasks[16] = {-1, -1, -1, -1, -1, -1, -1, -1,
                                                     0,  0,  0,  0,  0,  0,  0,  0};

struct LaneMask {
  __m256i v;
};

template <typename T>
struct Vec;

template <>
struct Vec<float> {
  static constexpr std::int64_t kLanes = 8;
  using Mask = LaneMask;
  __m256 v;

  /// The lowest `count` lanes, 1 <= count <= kLanes.
  static Mask mask(std::int64_t count) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(kLaneMasks + 8 - count))};
  }
  static Vec splat(float s) { return {_mm256_set1_ps(s)}; }
  static Vec load(const float* p) { return {_mm256_loadu_ps(p)}; }
  static Vec load(const float* p, Mask m) { return {_mm256_maskload_ps(p, m.v)}; }
  /// bfloat16 elements, expanded.
  static Vec load(const std::uint16_t* p) {
    return expanded(_mm_loadu_si128(reinterpret_cast<const __m128i*>(p)));
  }
  /// There is no masked load of 16 bits before AVX-512: element by element.
  static Vec load(const std::uint16_t* p, Mask m) {
    const int count =
        __builtin_popcount(static_cast<unsigned>(_mm256_movemask_ps(_mm256_castsi256_ps(m.v))));
    alignas(16) std::uint16_t part[8] = {};
    for (int i = 0; i < count; ++i) {
      part[i] = p[i];
    }
    return expanded(_mm_load_si128(reinterpret_cast<const __m128i*>(part)));
  }
  static Vec expanded(__m128i halves) {
    return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_cvtepu16_epi32(halves), 16))};
  }
  void store(float* p) const { _mm256_storeu_ps(p, v); }
  void store(float* p, Mask m) const { _mm256_maskstore_ps(p, m.v, v); }
};

template <>
struct Vec<double> {
  static constexpr std::int64_t kLanes = 4;
  using Mask = LaneMask;
  __m256d v;

  static Mask mask(std::int64_t count) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(kLaneMasks + 8 - 2 * count))};
  }
  static Vec splat(double s) { return {_mm256_set1_pd(s)}; }
  static Vec load(const double* p) { return {_mm256_loadu_pd(p)}; }
  static Vec load(const double* p, Mask m) { return {_mm256_maskload_pd(p, m.v)}; }
  void store(double* p) const { _mm256_storeu_pd(p, v); }
  void store(double* p, Mask m) const { _mm256_maskstore_pd(p, m.v, v); }
};

[[maybe_unused]] Vec<float> add(Vec<float> a, Vec<float> b) { return {_mm256_add_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> mul(Vec<float> a, Vec<float> b) { return {_mm256_mul_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> fused(Vec<float> a, Vec<float> b, Vec<float> c) {
  return {_mm256_fmadd_ps(a.v, b.v, c.v)};
}
[[maybe_unused]] Vec<double> add(Vec<double> a, Vec<double> b) { return {_mm256_add_pd(a.v, b.v)}; }
[[maybe_unused]] Vec<double> mul(Vec<double> a, Vec<double> b) { return {_mm256_mul_pd(a.v, b.v)}; }
[[maybe_unused]] Vec<double> fused(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {_mm256_fmadd_pd(a.v, b.v, c.v)};
}

/// max(0, x) where NaN stays NaN: the instruction gives its second operand then.
[[maybe_unused]] Vec<float> positive_part(Vec<float> x) {
  return {_mm256_max_ps(_mm256_setzero_ps(), x.v)};
}
[[maybe_unused]] Vec<double> positive_part(Vec<double> x) {
  return {_mm256_max_pd(_mm256_setzero_pd(), x.v)};
}

/// Register blocks of the panel product: rows per tile for 1, 2 vectors of columns. 16 registers
/// hold the sums, one row of B and one broadcast of A.
constexpr int kTileVectors = 2;
constexpr int kTileRows[kTileVectors] = {8, 6};

}  // namespace
}  // namespace isthmus::kernels
