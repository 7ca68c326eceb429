#pragma once

#include <cstdint>

#include <immintrin.h>

#include "vec_avx2.hpp"

// Choices of lanes are registers of all-ones and all-zeros. Rows of offsets are padded
// (kOffsetStride), so that whole registers of them are stored and read.

namespace isthmus::kernels {
namespace {

template <typename T>
struct Lanes;

template <>
struct Lanes<float> {
  using Offsets = __m256i;  // 8 x 32 bits
  using Choice = __m256;

  static Offsets splat(std::int64_t offset) {
    return _mm256_set1_epi32(static_cast<std::int32_t>(offset));
  }
  /// Lanes where x beats best: see wins() of the scalar kernel.
  template <bool kMinimum>
  static Choice better(Vec<float> x, Vec<float> best) {
    return _mm256_and_ps(_mm256_cmp_ps(x.v, best.v, kMinimum ? _CMP_NGE_UQ : _CMP_NLE_UQ),
                         _mm256_cmp_ps(best.v, best.v, _CMP_ORD_Q));
  }
  static Vec<float> choose(Choice choice, Vec<float> yes, Vec<float> no) {
    return {_mm256_blendv_ps(no.v, yes.v, choice)};
  }
  static Offsets choose(Choice choice, Offsets yes, Offsets no) {
    return _mm256_blendv_epi8(no, yes, _mm256_castps_si256(choice));
  }
  static void store(Offsets offsets, std::int32_t* to) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), offsets);
  }
  static void store(Offsets offsets, std::int16_t* to) {
    _mm_storeu_si128(
        reinterpret_cast<__m128i*>(to),
        _mm_packs_epi32(_mm256_castsi256_si128(offsets), _mm256_extracti128_si256(offsets, 1)));
  }
  /// Lanes whose stored offset is the given one.
  static Choice equal(const std::int32_t* stored, std::int32_t offset) {
    const __m256i all = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(stored));
    return _mm256_castsi256_ps(_mm256_cmpeq_epi32(all, _mm256_set1_epi32(offset)));
  }
  static Choice equal(const std::int16_t* stored, std::int32_t offset) {
    const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(stored));
    return _mm256_castsi256_ps(
        _mm256_cmpeq_epi32(_mm256_cvtepi16_epi32(all), _mm256_set1_epi32(offset)));
  }
  /// acc starts from +0 and is therefore never -0: adding +0 in the other lanes changes nothing.
  static Vec<float> add_where(Choice choice, Vec<float> acc, Vec<float> term) {
    return {_mm256_add_ps(acc.v, _mm256_and_ps(choice, term.v))};
  }
};

template <>
struct Lanes<double> {
  using Offsets = __m256i;  // 4 x 64 bits
  using Choice = __m256d;

  static Offsets splat(std::int64_t offset) { return _mm256_set1_epi64x(offset); }
  template <bool kMinimum>
  static Choice better(Vec<double> x, Vec<double> best) {
    return _mm256_and_pd(_mm256_cmp_pd(x.v, best.v, kMinimum ? _CMP_NGE_UQ : _CMP_NLE_UQ),
                         _mm256_cmp_pd(best.v, best.v, _CMP_ORD_Q));
  }
  static Vec<double> choose(Choice choice, Vec<double> yes, Vec<double> no) {
    return {_mm256_blendv_pd(no.v, yes.v, choice)};
  }
  static Offsets choose(Choice choice, Offsets yes, Offsets no) {
    return _mm256_blendv_epi8(no, yes, _mm256_castpd_si256(choice));
  }
  static void store(Offsets offsets, std::int32_t* to) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), low_halves(offsets));
  }
  static void store(Offsets offsets, std::int16_t* to) {
    const __m128i halves = low_halves(offsets);
    _mm_storel_epi64(reinterpret_cast<__m128i*>(to), _mm_packs_epi32(halves, halves));
  }
  static Choice equal(const std::int32_t* stored, std::int32_t offset) {
    const __m128i all = _mm_loadu_si128(reinterpret_cast<const __m128i*>(stored));
    return equal_wide(_mm256_cvtepi32_epi64(all), offset);
  }
  static Choice equal(const std::int16_t* stored, std::int32_t offset) {
    const __m128i all = _mm_loadl_epi64(reinterpret_cast<const __m128i*>(stored));
    return equal_wide(_mm256_cvtepi16_epi64(all), offset);
  }
  static Vec<double> add_where(Choice choice, Vec<double> acc, Vec<double> term) {
    return {_mm256_add_pd(acc.v, _mm256_and_pd(choice, term.v))};
  }

 private:
  static __m128i low_halves(Offsets offsets) {
    const __m256i order = _mm256_setr_epi32(0, 2, 4, 6, 0, 2, 4, 6);
    return _mm256_castsi256_si128(_mm256_permutevar8x32_epi32(offsets, order));
  }
  static Choice equal_wide(__m256i all, std::int32_t offset) {
    return _mm256_castsi256_pd(_mm256_cmpeq_epi64(all, _mm256_set1_epi64x(offset)));
  }
};

[[maybe_unused]] Vec<float> square_root(Vec<float> a) { return {_mm256_sqrt_ps(a.v)}; }
[[maybe_unused]] Vec<double> square_root(Vec<double> a) { return {_mm256_sqrt_pd(a.v)}; }

}  // namespace
}  // namespace isthmus::kernels
