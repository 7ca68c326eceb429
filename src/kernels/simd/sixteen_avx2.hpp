#pragma once

// What Sixteen needs of one AVX2 register beyond vec_avx2.hpp.

#include "vec_avx2.hpp"

namespace isthmus::kernels {
namespace {

[[maybe_unused]] Vec<float> sub(Vec<float> a, Vec<float> b) { return {_mm256_sub_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> div(Vec<float> a, Vec<float> b) { return {_mm256_div_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> larger(Vec<float> a, Vec<float> b) { return {_mm256_max_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> smaller(Vec<float> a, Vec<float> b) {
  return {_mm256_min_ps(a.v, b.v)};
}
[[maybe_unused]] Vec<float> if_positive(Vec<float> z, Vec<float> yes, Vec<float> no) {
  return {_mm256_blendv_ps(no.v, yes.v, _mm256_cmp_ps(z.v, _mm256_setzero_ps(), _CMP_GT_OQ))};
}
[[maybe_unused]] Vec<float> if_equal(Vec<float> z, Vec<float> key, Vec<float> yes, Vec<float> no) {
  return {_mm256_blendv_ps(no.v, yes.v, _mm256_cmp_ps(z.v, key.v, _CMP_EQ_OQ))};
}
template <int kDistance>
Vec<float> swapped_inside(Vec<float> a) {
  if constexpr (kDistance == 4) {
    return {_mm256_permute2f128_ps(a.v, a.v, 0x01)};
  } else if constexpr (kDistance == 2) {
    return {_mm256_permute_ps(a.v, 0x4E)};
  } else {
    return {_mm256_permute_ps(a.v, 0xB1)};
  }
}
template <unsigned kShift>
Vec<float> shifted_inside(Vec<float> a) {
  return {_mm256_castsi256_ps(_mm256_slli_epi32(_mm256_castps_si256(a.v), kShift))};
}
[[maybe_unused]] float first_of(Vec<float> a) { return _mm256_cvtss_f32(a.v); }

[[maybe_unused]] Vec<double> sub(Vec<double> a, Vec<double> b) { return {_mm256_sub_pd(a.v, b.v)}; }
[[maybe_unused]] Vec<double> div(Vec<double> a, Vec<double> b) { return {_mm256_div_pd(a.v, b.v)}; }
[[maybe_unused]] Vec<double> larger(Vec<double> a, Vec<double> b) {
  return {_mm256_max_pd(a.v, b.v)};
}
[[maybe_unused]] Vec<double> smaller(Vec<double> a, Vec<double> b) {
  return {_mm256_min_pd(a.v, b.v)};
}
[[maybe_unused]] Vec<double> if_positive(Vec<double> z, Vec<double> yes, Vec<double> no) {
  return {_mm256_blendv_pd(no.v, yes.v, _mm256_cmp_pd(z.v, _mm256_setzero_pd(), _CMP_GT_OQ))};
}
[[maybe_unused]] Vec<double> if_equal(Vec<double> z, Vec<double> key, Vec<double> yes,
                                      Vec<double> no) {
  return {_mm256_blendv_pd(no.v, yes.v, _mm256_cmp_pd(z.v, key.v, _CMP_EQ_OQ))};
}
template <int kDistance>
Vec<double> swapped_inside(Vec<double> a) {
  if constexpr (kDistance == 2) {
    return {_mm256_permute2f128_pd(a.v, a.v, 0x01)};
  } else {
    return {_mm256_permute_pd(a.v, 0x5)};
  }
}
template <unsigned kShift>
Vec<double> shifted_inside(Vec<double> a) {
  return {_mm256_castsi256_pd(_mm256_slli_epi64(_mm256_castpd_si256(a.v), kShift))};
}
[[maybe_unused]] double first_of(Vec<double> a) { return _mm256_cvtsd_f64(a.v); }

/// Lane i of permuted() is lane lane[i] of the register.
template <typename T>
struct LaneIndex;

template <>
struct LaneIndex<float> {
  __m256i v;
  static LaneIndex load(const std::int32_t* lane) {
    return {_mm256_loadu_si256(reinterpret_cast<const __m256i*>(lane))};
  }
};
template <>
struct LaneIndex<double> {
  __m256i v;  // of halves of lanes
  static LaneIndex load(const std::int32_t* lane) {
    return {_mm256_setr_epi32(2 * lane[0], 2 * lane[0] + 1, 2 * lane[1], 2 * lane[1] + 1,
                              2 * lane[2], 2 * lane[2] + 1, 2 * lane[3], 2 * lane[3] + 1)};
  }
};
[[maybe_unused]] Vec<float> permuted(Vec<float> a, LaneIndex<float> index) {
  return {_mm256_permutevar8x32_ps(a.v, index.v)};
}
[[maybe_unused]] Vec<double> permuted(Vec<double> a, LaneIndex<double> index) {
  return {_mm256_castps_pd(_mm256_permutevar8x32_ps(_mm256_castpd_ps(a.v), index.v))};
}

}  // namespace
}  // namespace isthmus::kernels
