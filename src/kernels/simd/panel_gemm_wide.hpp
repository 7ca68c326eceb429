#pragma once

// panel_gemm on registers. A tile of kRows x kVectors registers holds sums
// while k runs; K is blocked so that the used part of B stays in the first cache. Storing and
// loading a sum between blocks of k is exact, so the chain of each element is the one of the
// specification.

#include "kernel_table.hpp"
#include "vec.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kDepthBlock = 128;

template <typename T>
struct Block {
  const PanelGemm<T>& args;
  std::int64_t column;  // first column of the tile
  std::int64_t depth_begin;
  std::int64_t depth_end;
  typename Vec<T>::Mask tail;
};

template <typename T, int kVectors, bool kTail>
Vec<T> load_columns(const T* p, int v, typename Vec<T>::Mask tail) {
  return kTail && v == kVectors - 1 ? Vec<T>::load(p + v * Vec<T>::kLanes, tail)
                                    : Vec<T>::load(p + v * Vec<T>::kLanes);
}

template <typename T, int kRows, int kVectors, bool kTail>
void multiply_tile(const Block<T>& block, std::int64_t row) {
  using V = Vec<T>;
  const PanelGemm<T>& args = block.args;
  T* c = args.c + row * args.c_row + block.column;
  V acc[kRows][kVectors];
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      if (block.depth_begin > 0 || args.accumulate) {
        acc[r][v] = load_columns<T, kVectors, kTail>(c + r * args.c_row, v, block.tail);
      } else if (args.bias != nullptr) {
        acc[r][v] = load_columns<T, kVectors, kTail>(args.bias + block.column, v, block.tail);
      } else {
        acc[r][v] = V::splat(T{0});
      }
    }
  }
  const T* a = args.a + row * args.a_row + block.depth_begin * args.a_col;
  const T* b = args.b + block.depth_begin * args.b_row + block.column;
  for (std::int64_t k = block.depth_begin; k < block.depth_end; ++k) {
    V b_row[kVectors];
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      b_row[v] = load_columns<T, kVectors, kTail>(b, v, block.tail);
    }
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
      const V factor = V::splat(a[r * args.a_row]);
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        acc[r][v] = fused(factor, b_row[v], acc[r][v]);
      }
    }
    a += args.a_col;
    b += args.b_row;
  }
  if (args.relu && block.depth_end == args.depth) {
#pragma GCC unroll 16
    for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
      for (int v = 0; v < kVectors; ++v) {
        acc[r][v] = positive_part(acc[r][v]);
      }
    }
  }
#pragma GCC unroll 16
  for (int r = 0; r < kRows; ++r) {
#pragma GCC unroll 4
    for (int v = 0; v < kVectors; ++v) {
      T* p = c + r * args.c_row + v * V::kLanes;
      if (kTail && v == kVectors - 1) {
        acc[r][v].store(p, block.tail);
      } else {
        acc[r][v].store(p);
      }
    }
  }
}

template <typename T, int kVectors, bool kTail>
void multiply_columns(const Block<T>& block, std::int64_t first, std::int64_t last) {
  constexpr int kRows = kTileRows[kVectors - 1];
  std::int64_t row = first;
  for (; row + kRows <= last; row += kRows) {
    multiply_tile<T, kRows, kVectors, kTail>(block, row);
  }
  for (; row + 3 <= last; row += 3) {
    multiply_tile<T, 3, kVectors, kTail>(block, row);
  }
  for (; row < last; ++row) {
    multiply_tile<T, 1, kVectors, kTail>(block, row);
  }
}

/// Finds the instance with ceil(width / lanes) vectors.
template <typename T, int kVectors = 1>
void multiply_panel(Block<T> block, std::int64_t width, std::int64_t first, std::int64_t last) {
  if constexpr (kVectors <= kTileVectors) {
    if (width > kVectors * Vec<T>::kLanes) {
      multiply_panel<T, kVectors + 1>(block, width, first, last);
      return;
    }
    block.tail = Vec<T>::mask(width - (kVectors - 1) * Vec<T>::kLanes);
    if (width == kVectors * Vec<T>::kLanes) {
      multiply_columns<T, kVectors, false>(block, first, last);
    } else {
      multiply_columns<T, kVectors, true>(block, first, last);
    }
  }
}

template <typename T>
void multiply_rows(const PanelGemm<T>& args, std::int64_t first, std::int64_t last) {
  constexpr std::int64_t kPanel = kTileVectors * Vec<T>::kLanes;
  std::int64_t begin = 0;
  do {  // once for K = 0 too: C becomes the bias or zero
    const std::int64_t end = begin + kDepthBlock < args.depth ? begin + kDepthBlock : args.depth;
    for (std::int64_t column = 0; column < args.columns; column += kPanel) {
      const std::int64_t rest = args.columns - column;
      const Block<T> block{args, column, begin, end, Vec<T>::mask(1)};
      multiply_panel<T>(block, rest < kPanel ? rest : kPanel, first, last);
    }
    begin = end;
  } while (begin < args.depth);
}

}  // namespace
}  // namespace isthmus::kernels
