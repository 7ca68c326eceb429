#pragma once

#include "vec_avx512.hpp"

// A weight for each lane out of the few that one register of columns needs. Masks of all lanes: GCC
// 12 takes the unmasked forms for reads of an uninitialised register.

namespace isthmus::kernels {
namespace {

template <typename T>
struct LaneIndex;

template <>
struct LaneIndex<float> {
  __m512i v;
  /// entry[lane], each below 16.
  static LaneIndex of(const std::int32_t* entry) { return {_mm512_loadu_si512(entry)}; }
};

template <>
struct LaneIndex<double> {
  __m512i v;
  static LaneIndex of(const std::int32_t* entry) {
    return {_mm512_maskz_cvtepi32_epi64(
        0xFF, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(entry)))};
  }
};

[[maybe_unused]] Vec<float> lookup(Vec<float> table, LaneIndex<float> index) {
  return {_mm512_maskz_permutexvar_ps(0xFFFF, index.v, table.v)};
}
[[maybe_unused]] Vec<double> lookup(Vec<double> table, LaneIndex<double> index) {
  return {_mm512_maskz_permutexvar_pd(0xFF, index.v, table.v)};
}

/// The sum of one register of products, 16 floats or 8 doubles: halves added until one is left.
template <typename T>
struct DotLanes {
  static constexpr int kRegisters = 1;
};

[[maybe_unused]] float sum_lanes(const Vec<float>* acc) {
  const __m256 eight = _mm256_add_ps(_mm512_maskz_extractf32x8_ps(0xFF, acc->v, 0),
                                     _mm512_maskz_extractf32x8_ps(0xFF, acc->v, 1));
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
[[maybe_unused]] double sum_lanes(const Vec<double>* acc) {
  const __m256d four = _mm256_add_pd(_mm512_maskz_extractf64x4_pd(0xF, acc->v, 0),
                                     _mm512_maskz_extractf64x4_pd(0xF, acc->v, 1));
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}

}  // namespace
}  // namespace isthmus::kernels
