#pragma once

// Philox4x32-10 on 16 counters at once. Core's philox4x32() is the specification; it is not called
// here, since an inline function compiled with wide instructions could become everyone's copy.

#ifdef __AVX2__
#include <immintrin.h>
#endif

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kPhiloxLanes = 16;

struct PhiloxBatch {
  std::uint32_t word[4][kPhiloxLanes];
};

#if defined(__AVX512F__)

constexpr std::int64_t kPhiloxRegister = 16;
using PhiloxWords = __m512i;

PhiloxWords load_words(const std::uint32_t* from) { return _mm512_loadu_si512(from); }
void store_words(std::uint32_t* to, PhiloxWords words) { _mm512_storeu_si512(to, words); }
PhiloxWords every_lane(std::uint32_t word) { return _mm512_set1_epi32(static_cast<int>(word)); }
PhiloxWords xor_words(PhiloxWords a, PhiloxWords b, PhiloxWords c) {
  return _mm512_ternarylogic_epi32(a, b, c, 0x96);
}

/// Upper and lower halves of the 64-bit products; the CPU multiplies even lanes only. The forms
/// with a full mask are the plain instructions; g++ 12 warns of the plain intrinsics' undefined
/// operand.
void multiply_words(PhiloxWords a, PhiloxWords b, PhiloxWords& high, PhiloxWords& low) {
  constexpr __mmask8 kAll = 0xFF;
  const PhiloxWords even = _mm512_maskz_mul_epu32(kAll, a, b);
  const PhiloxWords odd = _mm512_maskz_mul_epu32(kAll, _mm512_maskz_srli_epi64(kAll, a, 32), b);
  low = _mm512_mask_blend_epi32(0xAAAA, even, _mm512_maskz_slli_epi64(kAll, odd, 32));
  high = _mm512_mask_blend_epi32(0xAAAA, _mm512_maskz_srli_epi64(kAll, even, 32), odd);
}

#elif defined(__AVX2__)

constexpr std::int64_t kPhiloxRegister = 8;
using PhiloxWords = __m256i;

PhiloxWords load_words(const std::uint32_t* from) {
  return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
void store_words(std::uint32_t* to, PhiloxWords words) {
  _mm256_storeu_si256(reinterpret_cast<__m256i*>(to), words);
}
PhiloxWords every_lane(std::uint32_t word) { return _mm256_set1_epi32(static_cast<int>(word)); }
PhiloxWords xor_words(PhiloxWords a, PhiloxWords b, PhiloxWords c) {
  return _mm256_xor_si256(_mm256_xor_si256(a, b), c);
}

/// Upper and lower halves of the 64-bit products; the CPU multiplies even lanes only.
void multiply_words(PhiloxWords a, PhiloxWords b, PhiloxWords& high, PhiloxWords& low) {
  const PhiloxWords even = _mm256_mul_epu32(a, b);
  const PhiloxWords odd = _mm256_mul_epu32(_mm256_srli_epi64(a, 32), b);
  low = _mm256_blend_epi32(even, _mm256_slli_epi64(odd, 32), 0xAA);
  high = _mm256_blend_epi32(_mm256_srli_epi64(even, 32), odd, 0xAA);
}

#else

constexpr std::int64_t kPhiloxRegister = 1;
using PhiloxWords = std::uint32_t;

PhiloxWords load_words(const std::uint32_t* from) { return *from; }
void store_words(std::uint32_t* to, PhiloxWords words) { *to = words; }
PhiloxWords every_lane(std::uint32_t word) { return word; }
PhiloxWords xor_words(PhiloxWords a, PhiloxWords b, PhiloxWords c) { return a ^ b ^ c; }

void multiply_words(PhiloxWords a, PhiloxWords b, PhiloxWords& high, PhiloxWords& low) {
  const std::uint64_t product = std::uint64_t{a} * b;
  high = static_cast<std::uint32_t>(product >> 32U);
  low = static_cast<std::uint32_t>(product);
}

#endif

/// Replaces the counters in `batch` by their random words. The ten rounds of a register's lanes
/// stay in registers; as loops over the batch, left to the compiler, they were a third of a
/// GraphSAGE epoch of width 64.
void philox_rounds(PhiloxBatch& batch, std::uint64_t seed) {
  const PhiloxWords factor0 = every_lane(0xD2511F53U);
  const PhiloxWords factor1 = every_lane(0xCD9E8D57U);
  for (std::int64_t i = 0; i < kPhiloxLanes; i += kPhiloxRegister) {
    PhiloxWords w0 = load_words(batch.word[0] + i);
    PhiloxWords w1 = load_words(batch.word[1] + i);
    PhiloxWords w2 = load_words(batch.word[2] + i);
    PhiloxWords w3 = load_words(batch.word[3] + i);
    auto key0 = static_cast<std::uint32_t>(seed);
    auto key1 = static_cast<std::uint32_t>(seed >> 32U);
    for (int round = 0; round < 10; ++round) {
      PhiloxWords high0, low0, high1, low1;
      multiply_words(w0, factor0, high0, low0);
      multiply_words(w2, factor1, high1, low1);
      w0 = xor_words(high1, w1, every_lane(key0));
      w1 = low1;
      w2 = xor_words(high0, w3, every_lane(key1));
      w3 = low0;
      key0 += 0x9E3779B9U;
      key1 += 0xBB67AE85U;
    }
    store_words(batch.word[0] + i, w0);
    store_words(batch.word[1] + i, w1);
    store_words(batch.word[2] + i, w2);
    store_words(batch.word[3] + i, w3);
  }
}

/// Columns whose factors one batch gives.
constexpr std::int64_t kDrawnColumns = 4 * kPhiloxLanes;

/// Factors of the columns that a batch's counters stand for, four each: its first two words, row
/// and block of columns, are given.
template <typename T>
void draw_factors(const DropoutLaw& law, PhiloxBatch& batch, T* factor) {
  for (std::int64_t i = 0; i < kPhiloxLanes; ++i) {
    batch.word[2][i] = law.layer;
    batch.word[3][i] = law.step;
  }
  philox_rounds(batch, law.seed);
  const auto scale = static_cast<T>(law.scale);
  for (std::int64_t i = 0; i < kPhiloxLanes; ++i) {
    for (std::int64_t w = 0; w < 4; ++w) {
      factor[4 * i + w] = batch.word[w][i] >= law.threshold ? scale : T{0};
    }
  }
}

/// Factors of row `id` for columns column .. column + kDrawnColumns.
template <typename T>
void draw_factors(const DropoutLaw& law, std::uint32_t id, std::int64_t column, T* factor) {
  PhiloxBatch batch;
  for (std::int64_t i = 0; i < kPhiloxLanes; ++i) {
    batch.word[0][i] = id;
    batch.word[1][i] = law.first_block + static_cast<std::uint32_t>(column / 4 + i);
  }
  draw_factors(law, batch, factor);
}

template <typename T>
void drop_rows(const Dropout<T>& args, std::int64_t first, std::int64_t last) {
  for (std::int64_t r = first; r < last; ++r) {
    const auto id = static_cast<std::uint32_t>(args.row_id == nullptr ? r : args.row_id[r]);
    const T* __restrict x = args.x.data + r * args.x.stride;
    T* __restrict out = args.out + r * args.out_stride;
    for (std::int64_t column = 0; column < args.x.columns; column += kDrawnColumns) {
      T factor[kDrawnColumns];
      draw_factors(args.law, id, column, factor);
      const std::int64_t rest = args.x.columns - column;
      const std::int64_t width = rest < kDrawnColumns ? rest : kDrawnColumns;
      for (std::int64_t c = 0; c < width; ++c) {
        out[column + c] = x[column + c] * factor[c];
      }
    }
  }
}

template <typename T>
void drop_entries(const SparseDropout<T>& args, std::int64_t first, std::int64_t last) {
  const DropoutLaw& law = args.law;
  const auto scale = static_cast<T>(law.scale);
  // Entries of several rows fill one batch: bag-of-words rows are short.
  std::int64_t row = first;
  for (std::int64_t begin = args.rowptr[first]; begin < args.rowptr[last]; begin += kPhiloxLanes) {
    const std::int64_t rest = args.rowptr[last] - begin;
    const std::int64_t count = rest < kPhiloxLanes ? rest : kPhiloxLanes;
    PhiloxBatch batch{};
    for (std::int64_t i = 0; i < count; ++i) {
      while (args.rowptr[row + 1] <= begin + i) {
        ++row;
      }
      batch.word[0][i] =
          static_cast<std::uint32_t>(args.row_id == nullptr ? row : args.row_id[row]);
      batch.word[1][i] = law.first_block + static_cast<std::uint32_t>(args.col[begin + i]) / 4U;
      batch.word[2][i] = law.layer;
      batch.word[3][i] = law.step;
    }
    philox_rounds(batch, law.seed);
    for (std::int64_t i = 0; i < count; ++i) {
      const std::uint32_t word = batch.word[args.col[begin + i] & 3][i];
      args.out[begin + i] = args.value[begin + i] * (word >= law.threshold ? scale : T{0});
    }
  }
}

}  // namespace
}  // namespace isthmus::kernels
