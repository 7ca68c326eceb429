#pragma once

#include <cstdint>

#include <immintrin.h>

#include "vec_avx512.hpp"

// Choices of lanes are mask registers. Rows of offsets are padded (kOffsetStride), so that whole
// registers of them are stored and read.

namespace isthmus::kernels {
namespace {

// Full masks: the forms without a mask warn of an uninitialised register inside GCC's own header.
constexpr __mmask16 kAll16 = 0xFFFF;
constexpr __mmask8 kAll8 = 0xFF;

template <typename T>
struct Lanes;

template <>
struct Lanes<float> {
  using Offsets = __m512i;  // 16 x 32 bits
  using Choice = __mmask16;

  static Offsets splat(std::int64_t offset) {
    return _mm512_set1_epi32(static_cast<std::int32_t>(offset));
  }
  /// Lanes where x beats best: see wins() of the scalar kernel.
  template <bool kMinimum>
  static Choice better(Vec<float> x, Vec<float> best) {
    const Choice number = _mm512_cmp_ps_mask(best.v, best.v, _CMP_ORD_Q);
    return _mm512_mask_cmp_ps_mask(number, x.v, best.v, kMinimum ? _CMP_NGE_UQ : _CMP_NLE_UQ);
  }
  static Vec<float> choose(Choice choice, Vec<float> yes, Vec<float> no) {
    return {_mm512_mask_mov_ps(no.v, choice, yes.v)};
  }
  static Offsets choose(Choice choice, Offsets yes, Offsets no) {
    return _mm512_mask_mov_epi32(no, choice, yes);
  }
  static void store(Offsets offsets, std::int32_t* to) { _mm512_storeu_si512(to, offsets); }
  static void store(Offsets offsets, std::int16_t* to) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                        _mm512_maskz_cvtepi32_epi16(kAll16, offsets));
  }
  /// Lanes whose stored offset is the given one.
  static Choice equal(const std::int32_t* stored, std::int32_t offset) {
    return _mm512_cmpeq_epi32_mask(_mm512_loadu_si512(stored), _mm512_set1_epi32(offset));
  }
  static Choice equal(const std::int16_t* stored, std::int32_t offset) {
    return _mm256_cmpeq_epi16_mask(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(stored)),
                                   _mm256_set1_epi16(static_cast<std::int16_t>(offset)));
  }
  static Vec<float> add_where(Choice choice, Vec<float> acc, Vec<float> term) {
    return {_mm512_mask_add_ps(acc.v, choice, acc.v, term.v)};
  }
};

template <>
struct Lanes<double> {
  using Offsets = __m512i;  // 8 x 64 bits
  using Choice = __mmask8;

  static Offsets splat(std::int64_t offset) { return _mm512_set1_epi64(offset); }
  template <bool kMinimum>
  static Choice better(Vec<double> x, Vec<double> best) {
    const Choice number = _mm512_cmp_pd_mask(best.v, best.v, _CMP_ORD_Q);
    return _mm512_mask_cmp_pd_mask(number, x.v, best.v, kMinimum ? _CMP_NGE_UQ : _CMP_NLE_UQ);
  }
  static Vec<double> choose(Choice choice, Vec<double> yes, Vec<double> no) {
    return {_mm512_mask_mov_pd(no.v, choice, yes.v)};
  }
  static Offsets choose(Choice choice, Offsets yes, Offsets no) {
    return _mm512_mask_mov_epi64(no, choice, yes);
  }
  static void store(Offsets offsets, std::int32_t* to) {
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(to),
                        _mm512_maskz_cvtepi64_epi32(kAll8, offsets));
  }
  static void store(Offsets offsets, std::int16_t* to) {
    _mm_storeu_si128(reinterpret_cast<__m128i*>(to), _mm512_maskz_cvtepi64_epi16(kAll8, offsets));
  }
  static Choice equal(const std::int32_t* stored, std::int32_t offset) {
    return _mm256_cmpeq_epi32_mask(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(stored)),
                                   _mm256_set1_epi32(offset));
  }
  static Choice equal(const std::int16_t* stored, std::int32_t offset) {
    return _mm_cmpeq_epi16_mask(_mm_loadu_si128(reinterpret_cast<const __m128i*>(stored)),
                                _mm_set1_epi16(static_cast<std::int16_t>(offset)));
  }
  static Vec<double> add_where(Choice choice, Vec<double> acc, Vec<double> term) {
    return {_mm512_mask_add_pd(acc.v, choice, acc.v, term.v)};
  }
};

[[maybe_unused]] Vec<float> square_root(Vec<float> a) {
  return {_mm512_maskz_sqrt_ps(kAll16, a.v)};
}
[[maybe_unused]] Vec<double> square_root(Vec<double> a) {
  return {_mm512_maskz_sqrt_pd(kAll8, a.v)};
}

}  // namespace
}  // namespace isthmus::kernels
