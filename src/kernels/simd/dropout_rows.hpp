#pragma once

// Philox4x32-10 on 16 counters at once, in loops that the compiler turns into registers. Core's
// philox4x32() is the specification; it is not called here, since an inline function compiled with
// wide instructions could become everyone's copy.

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kPhiloxLanes = 16;

struct PhiloxBatch {
  std::uint32_t word[4][kPhiloxLanes];
};

/// Replaces the counters in `batch` by their random words.
void philox_rounds(PhiloxBatch& batch, std::uint64_t seed) {
  auto key0 = static_cast<std::uint32_t>(seed);
  auto key1 = static_cast<std::uint32_t>(seed >> 32U);
  for (int round = 0; round < 10; ++round) {
    for (std::int64_t i = 0; i < kPhiloxLanes; ++i) {
      const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * batch.word[0][i];
      const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * batch.word[2][i];
      batch.word[0][i] = static_cast<std::uint32_t>(p1 >> 32U) ^ batch.word[1][i] ^ key0;
      batch.word[1][i] = static_cast<std::uint32_t>(p1);
      batch.word[2][i] = static_cast<std::uint32_t>(p0 >> 32U) ^ batch.word[3][i] ^ key1;
      batch.word[3][i] = static_cast<std::uint32_t>(p0);
    }
    key0 += 0x9E3779B9U;
    key1 += 0xBB67AE85U;
  }
}

template <typename T>
void drop_rows(const Dropout<T>& args, std::int64_t first, std::int64_t last) {
  const DropoutLaw& law = args.law;
  const auto scale = static_cast<T>(law.scale);
  constexpr std::int64_t kColumns = 4 * kPhiloxLanes;
  for (std::int64_t r = first; r < last; ++r) {
    const T* __restrict x = args.x.data + r * args.x.stride;
    T* __restrict out = args.out + r * args.out_stride;
    for (std::int64_t column = 0; column < args.x.columns; column += kColumns) {
      PhiloxBatch batch;
      for (std::int64_t i = 0; i < kPhiloxLanes; ++i) {
        batch.word[0][i] = static_cast<std::uint32_t>(r);
        batch.word[1][i] = static_cast<std::uint32_t>(column / 4 + i);
        batch.word[2][i] = law.layer;
        batch.word[3][i] = law.step;
      }
      philox_rounds(batch, law.seed);
      T factor[kColumns];
      for (std::int64_t i = 0; i < kPhiloxLanes; ++i) {
        for (std::int64_t w = 0; w < 4; ++w) {
          factor[4 * i + w] = batch.word[w][i] >= law.threshold ? scale : T{0};
        }
      }
      const std::int64_t rest = args.x.columns - column;
      const std::int64_t width = rest < kColumns ? rest : kColumns;
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
      batch.word[0][i] = static_cast<std::uint32_t>(row);
      batch.word[1][i] = static_cast<std::uint32_t>(args.col[begin + i]) / 4U;
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
