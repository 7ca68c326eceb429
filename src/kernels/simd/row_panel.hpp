#pragma once

// Feature panels: a row is worked in groups of columns that fit the registers, the last register of
// the last group by a mask.

#include "kernel_table.hpp"
#include "vec.hpp"

namespace isthmus::kernels {
namespace {

/// Registers of sums at most: 128 floats with AVX-512. Kernels that keep a second number per lane
/// take as many with AVX2 too: reading rows in two halves costs more than spilling (1.6 against 1.4
/// times the sum for a maximum over 64 floats).
constexpr int kPanelVectors = 8;

/// kVectors registers of a row; kTail: the last one holds fewer columns than lanes.
template <typename T, int kVectors, bool kTail>
struct RowPanel {
  using V = Vec<T>;
  typename V::Mask tail;

  static RowPanel of(std::int64_t width) { return {V::mask(width - (kVectors - 1) * V::kLanes)}; }
  V load(const T* p, int v) const {
    return kTail && v == kVectors - 1 ? V::load(p + v * V::kLanes, tail)
                                      : V::load(p + v * V::kLanes);
  }
  void store(V value, T* p, int v) const {
    if (kTail && v == kVectors - 1) {
      value.store(p + v * V::kLanes, tail);
    } else {
      value.store(p + v * V::kLanes);
    }
  }
  /// The lines of a row of any element type, as many elements as this panel has lanes.
  template <typename Element>
  static void prefetch(const Element* p) {
    constexpr std::int64_t kBytes = kVectors * V::kLanes * std::int64_t{sizeof(Element)};
#pragma GCC unroll 8
    for (std::int64_t byte = 0; byte < kBytes; byte += 64) {
      _mm_prefetch(reinterpret_cast<const char*>(p) + byte, _MM_HINT_T0);
    }
  }
};

/// body(begin, end, acc) over the segments of a row, as segment_sum() cuts it: the sum of the first
/// goes on in `acc`, each later one is summed alone and then added. All start from `start`, a zero.
template <int kVectors, typename V, typename Body>
__attribute__((always_inline)) inline void sum_segments(std::int64_t begin, std::int64_t end,
                                                        V start, V* acc, const Body& body) {
#pragma GCC unroll 8
  for (int v = 0; v < kVectors; ++v) {
    acc[v] = start;
  }
  if (end - begin <= kSplitEdges) {
    body(begin, end, acc);
    return;
  }
  body(begin, begin + kSplitEdges, acc);
  for (std::int64_t edge = begin + kSplitEdges; edge < end; edge += kSplitEdges) {
    V part[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      part[v] = start;
    }
    body(edge, end - edge > kSplitEdges ? edge + kSplitEdges : end, part);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      acc[v] = add(acc[v], part[v]);
    }
  }
}

/// Calls columns.run<ceil(width / lanes), tail>() for the panel of `width` columns at `column`.
template <typename T, int kMost, typename Columns, int kVectors = 1>
void each_width(std::int64_t column, std::int64_t width, const Columns& columns) {
  if constexpr (kVectors <= kMost) {
    if (width == kVectors * Vec<T>::kLanes) {
      columns.template run<kVectors, false>(column, width);
    } else if (width < kVectors * Vec<T>::kLanes) {
      columns.template run<kVectors, true>(column, width);
    } else {
      each_width<T, kMost, Columns, kVectors + 1>(column, width, columns);
    }
  }
}

/// All columns of a row, in panels of at most kMost registers.
template <typename T, int kMost, typename Columns>
void each_panel(std::int64_t width, const Columns& columns) {
  constexpr std::int64_t kPanel = kMost * Vec<T>::kLanes;
  for (std::int64_t column = 0; column < width; column += kPanel) {
    const std::int64_t rest = width - column;
    each_width<T, kMost>(column, rest < kPanel ? rest : kPanel, columns);
  }
}

}  // namespace
}  // namespace isthmus::kernels
