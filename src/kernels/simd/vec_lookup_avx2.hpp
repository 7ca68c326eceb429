#pragma once

#include "vec_avx2.hpp"

// A weight for each lane out of the few that one register of columns needs.

namespace isthmus::kernels {
namespace {

template <typename T>
struct LaneIndex;

template <>
struct LaneIndex<float> {
  __m256i v;
  /// entry[lane], each below 8.
  static LaneIndex of(const std::int32_t* entry) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(entry))};
  }
};

template <>
struct LaneIndex<double> {
  __m256i v;  // halves of doubles
  static LaneIndex of(const std::int32_t* entry) {
    return {_mm256_setr_epi32(2 * entry[0], 2 * entry[0] + 1, 2 * entry[1], 2 * entry[1] + 1,
                              2 * entry[2], 2 * entry[2] + 1, 2 * entry[3], 2 * entry[3] + 1)};
  }
};

[[maybe_unused]] Vec<float> lookup(Vec<float> table, LaneIndex<float> index) {
  return {_mm256_permutevar8x32_ps(table.v, index.v)};
}
[[maybe_unused]] Vec<double> lookup(Vec<double> table, LaneIndex<double> index) {
  return {_mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(table.v), index.v))};
}

/// The sum of two registers of products, 16 floats or 8 doubles: halves added until one is left.
template <typename T>
struct DotLanes {
  static constexpr int kRegisters = 2;
};

[[maybe_unused]] float sum_of(Vec<float> low, Vec<float> high) {
  const __m256 eight = _mm256_add_ps(low.v, high.v);
  const __m128 four = _mm_add_ps(_mm256_castps256_ps128(eight), _mm256_extractf128_ps(eight, 1));
  const __m128 two = _mm_add_ps(four, _mm_movehl_ps(four, four));
  return _mm_cvtss_f32(_mm_add_ss(two, _mm_shuffle_ps(two, two, 1)));
}
[[maybe_unused]] double sum_of(Vec<double> low, Vec<double> high) {
  const __m256d four = _mm256_add_pd(low.v, high.v);
  const __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
  return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
}
template <typename T>
T sum_lanes(const Vec<T>* acc) {
  return sum_of(acc[0], acc[1]);
}

}  // namespace
}  // namespace isthmus::kernels
