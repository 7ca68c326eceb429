#pragma once

// What Sixteen needs of one AVX-512 register beyond vec_avx512.hpp. The forms with a full mask are
// the plain instructions; g++ 12 warns of the plain intrinsics' undefined operand.

#include "vec_avx512.hpp"

namespace isthmus::kernels {
namespace {

constexpr __mmask16 kAll16 = 0xFFFF;
constexpr __mmask8 kAll8 = 0xFF;

[[maybe_unused]] Vec<float> sub(Vec<float> a, Vec<float> b) { return {_mm512_sub_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> div(Vec<float> a, Vec<float> b) { return {_mm512_div_ps(a.v, b.v)}; }
[[maybe_unused]] Vec<float> larger(Vec<float> a, Vec<float> b) {
  return {_mm512_maskz_max_ps(kAll16, a.v, b.v)};
}
[[maybe_unused]] Vec<float> smaller(Vec<float> a, Vec<float> b) {
  return {_mm512_maskz_min_ps(kAll16, a.v, b.v)};
}
[[maybe_unused]] Vec<float> if_positive(Vec<float> z, Vec<float> yes, Vec<float> no) {
  return {
      _mm512_mask_blend_ps(_mm512_cmp_ps_mask(z.v, _mm512_setzero_ps(), _CMP_GT_OQ), no.v, yes.v)};
}
[[maybe_unused]] Vec<float> if_equal(Vec<float> z, Vec<float> key, Vec<float> yes, Vec<float> no) {
  return {_mm512_mask_blend_ps(_mm512_cmp_ps_mask(z.v, key.v, _CMP_EQ_OQ), no.v, yes.v)};
}
template <int kDistance>
Vec<float> swapped_inside(Vec<float> a) {
  if constexpr (kDistance == 8) {
    return {_mm512_maskz_shuffle_f32x4(kAll16, a.v, a.v, 0x4E)};
  } else if constexpr (kDistance == 4) {
    return {_mm512_maskz_shuffle_f32x4(kAll16, a.v, a.v, 0xB1)};
  } else if constexpr (kDistance == 2) {
    return {_mm512_maskz_permute_ps(kAll16, a.v, 0x4E)};
  } else {
    return {_mm512_maskz_permute_ps(kAll16, a.v, 0xB1)};
  }
}
template <unsigned kShift>
Vec<float> shifted_inside(Vec<float> a) {
  return {_mm512_castsi512_ps(_mm512_maskz_slli_epi32(kAll16, _mm512_castps_si512(a.v), kShift))};
}
[[maybe_unused]] float first_of(Vec<float> a) { return _mm512_cvtss_f32(a.v); }

[[maybe_unused]] Vec<double> sub(Vec<double> a, Vec<double> b) { return {_mm512_sub_pd(a.v, b.v)}; }
[[maybe_unused]] Vec<double> div(Vec<double> a, Vec<double> b) { return {_mm512_div_pd(a.v, b.v)}; }
[[maybe_unused]] Vec<double> larger(Vec<double> a, Vec<double> b) {
  return {_mm512_maskz_max_pd(kAll8, a.v, b.v)};
}
[[maybe_unused]] Vec<double> smaller(Vec<double> a, Vec<double> b) {
  return {_mm512_maskz_min_pd(kAll8, a.v, b.v)};
}
[[maybe_unused]] Vec<double> if_positive(Vec<double> z, Vec<double> yes, Vec<double> no) {
  return {
      _mm512_mask_blend_pd(_mm512_cmp_pd_mask(z.v, _mm512_setzero_pd(), _CMP_GT_OQ), no.v, yes.v)};
}
[[maybe_unused]] Vec<double> if_equal(Vec<double> z, Vec<double> key, Vec<double> yes,
                                      Vec<double> no) {
  return {_mm512_mask_blend_pd(_mm512_cmp_pd_mask(z.v, key.v, _CMP_EQ_OQ), no.v, yes.v)};
}
template <int kDistance>
Vec<double> swapped_inside(Vec<double> a) {
  if constexpr (kDistance == 4) {
    return {_mm512_maskz_shuffle_f64x2(kAll8, a.v, a.v, 0x4E)};
  } else if constexpr (kDistance == 2) {
    return {_mm512_maskz_shuffle_f64x2(kAll8, a.v, a.v, 0xB1)};
  } else {
    return {_mm512_maskz_permute_pd(kAll8, a.v, 0x55)};
  }
}
template <unsigned kShift>
Vec<double> shifted_inside(Vec<double> a) {
  return {_mm512_castsi512_pd(_mm512_maskz_slli_epi64(kAll8, _mm512_castpd_si512(a.v), kShift))};
}
[[maybe_unused]] double first_of(Vec<double> a) { return _mm512_cvtsd_f64(a.v); }

/// Lane i of permuted() is lane lane[i] of the register.
template <typename T>
struct LaneIndex;

template <>
struct LaneIndex<float> {
  __m512i v;
  static LaneIndex load(const std::int32_t* lane) { return {_mm512_loadu_si512(lane)}; }
};
template <>
struct LaneIndex<double> {
  __m512i v;
  static LaneIndex load(const std::int32_t* lane) {
    return {_mm512_maskz_cvtepi32_epi64(
        kAll8, _mm256_loadu_si256(reinterpret_cast<const __m256i*>(lane)))};
  }
};
[[maybe_unused]] Vec<float> permuted(Vec<float> a, LaneIndex<float> index) {
  return {_mm512_maskz_permutexvar_ps(kAll16, index.v, a.v)};
}
[[maybe_unused]] Vec<double> permuted(Vec<double> a, LaneIndex<double> index) {
  return {_mm512_maskz_permutexvar_pd(kAll8, index.v, a.v)};
}

}  // namespace
}  // namespace isthmus::kernels
