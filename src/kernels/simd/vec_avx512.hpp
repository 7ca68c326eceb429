#pragma once

#include <cstdint>

#include <immintrin.h>

// One register of T with AVX-512. In an anonymous namespace: a copy that the linker could share
// with baseline code must not exist.

namespace isthmus::kernels {
namespace {

template <typename T>
struct Vec;

template <>
struct Vec<float> {
  static constexpr std::int64_t kLanes = 16;
  using Mask = __mmask16;
  __m512 v;

  /// The lowest `count` lanes, 1 <= count <= kLanes.
  static Mask mask(std::int64_t count) { return static_cast<Mask>(0xFFFFU >> (kLanes - count)); }
  static Vec splat(float s) { return {_mm512_set1_ps(s)}; }
  static Vec load(const float* p) { return {_mm512_loadu_ps(p)}; }
  static Vec load(const float* p, Mask m) { return {_mm512_maskz_loadu_ps(m, p)}; }
  /// bfloat16 elements, expanded.
  static Vec load(const std::uint16_t* p) {
    return expanded(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(p)));
  }
  static Vec load(const std::uint16_t* p, Mask m) {
    return expanded(_mm256_maskz_loadu_epi16(m, p));
  }
  static Vec expanded(__m256i halves) {
    const __m512i wide = _mm512_maskz_cvtepu16_epi32(static_cast<__mmask16>(-1), halves);
    return {_mm512_castsi512_ps(_mm512_maskz_slli_epi32(static_cast<__mmask16>(-1), wide, 16))};
  }
  void store(float* p) const { _mm512_storeu_ps(p, v); }
  void store(float* p, Mask m) const { _mm512_mask_storeu_ps(p, m, v); }
};

template <>
struct Vec<double> {
  static constexpr std::int64_t kLanes = 8;
  using Mask = __mmask8;
  __m512d v;

  static Mask mask(std::int64_t count) { return static_cast<Mask>(0xFFU >> (kLanes - count)); }
  static Vec splat(double s) { return {_mm512_set1_pd(s)}; }
  static Vec load(const double* p) { return {_mm512_loadu_pd(p)}; }
  static Vec load(const double* p, Mask m) { return {_mm512_maskz_loadu_pd(m, p)}; }
  void store(double* p) const { _mm512_storeu_pd(p, v); }
  void store(double* p, Mask m) const { _mm512_mask_storeu_pd(p, m, v); }
};

[[maybe_unused]] Vec<float> add(Vec<float> a, Vec<float> b) { return {_mm512_add_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> mul(Vec<float> a, Vec<float> b) { return {_mm512_mul_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> fused(Vec<float> a, Vec<float> b, Vec<float> c) {
  return {_mm512_fmadd_ps(a.v, b.v, c.v)};
}
[[maybe_unused]] Vec<double> add(Vec<double> a, Vec<double> b) { return {_mm512_add_pd(a.v, b.v)}; }
[[maybe_unused]] Vec<double> mul(Vec<double> a, Vec<double> b) { return {_mm512_mul_pd(a.v, b.v)}; }
[[maybe_unused]] Vec<double> fused(Vec<double> a, Vec<double> b, Vec<double> c) {
  return {_mm512_fmadd_pd(a.v, b.v, c.v)};
}

/// max(0, x) where NaN stays NaN: the instruction gives its second operand then
/// (masked, since gcc 12 warns of the plain form's unused register).
[[maybe_unused]] Vec<float> positive_part(Vec<float> x) {
  return {_mm512_maskz_max_ps(static_cast<__mmask16>(-1), _mm512_setzero_ps(), x.v)};
}
[[maybe_unused]] Vec<double> positive_part(Vec<double> x) {
  return {_mm512_maskz_max_pd(static_cast<__mmask8>(-1), _mm512_setzero_pd(), x.v)};
}

/// Register blocks of the panel product: rows per tile for 1, 2, 3, 4 vectors of columns. 32
/// registers hold the sums, one row of B and one broadcast of A.
constexpr int kTileVectors = 4;
constexpr int kTileRows[kTileVectors] = {12, 12, 8, 6};

}  // namespace
}  // namespace isthmus::kernels
