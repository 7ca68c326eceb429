#pragma once

// segment_sum on registers. Accumulators stay in at most 8 registers over
// all edges of a row, and the output row is written once.

#include "kernel_table.hpp"
#include "vec.hpp"

namespace isthmus::kernels {
namespace {

enum class Weight { kNone, kSource, kEdge };

/// Most registers of sums: the widest panel is 8 vectors (128 floats with AVX-512).
constexpr int kMostVectors = 8;

template <typename T, int kVectors, bool kTail>
struct Panel {
  using V = Vec<T>;
  typename V::Mask tail;

  template <typename Source>
  V load(const Source* p, int v) const {
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
};

template <typename T, typename Source, int kVectors, bool kTail, Weight kWeight>
struct PanelSum {
  using V = Vec<T>;
  const SegmentSum<T>& args;
  const Source* x;          // column 0 of the panel
  std::int64_t final_edge;  // prefetches are clamped here
  Panel<T, kVectors, kTail> panel;

  __attribute__((always_inline)) void add_edges(std::int64_t begin, std::int64_t end,
                                                V* acc) const {
    for (std::int64_t edge = begin; edge < end; ++edge) {
      if (args.prefetch > 0) {
        const std::int64_t ahead = edge + args.prefetch;
        const auto* next = reinterpret_cast<const char*>(
            x + args.col[ahead < final_edge ? ahead : final_edge] * args.x_stride);
#pragma GCC unroll 8
        for (std::int64_t byte = 0; byte < kVectors * V::kLanes * std::int64_t{sizeof(Source)};
             byte += 64) {
          _mm_prefetch(next + byte, _MM_HINT_T0);
        }
      }
      const std::int64_t source = args.col[edge];
      const Source* row = x + source * args.x_stride;
      if constexpr (kWeight == Weight::kNone) {
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          acc[v] = add(acc[v], panel.load(row, v));
        }
      } else {
        const V weight =
            V::splat(kWeight == Weight::kEdge ? args.value[edge] : args.source_scale[source]);
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          acc[v] = fused(weight, panel.load(row, v), acc[v]);
        }
      }
    }
  }

  void sum_row(std::int64_t row, std::int64_t column) const {
    const std::int64_t begin = args.rowptr[row];
    const std::int64_t end = args.rowptr[row + 1];
    T* out = args.out + row * args.out_stride + column;
    V acc[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      acc[v] = args.accumulate ? panel.load(out, v) : V::splat(-T{0});
    }
    if (args.self != nullptr) {
      const V factor =
          V::splat(args.self_scale != nullptr ? args.self_scale[row] : args.self_factor);
      const T* self = args.self + row * args.self_stride + column;
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        acc[v] = fused(factor, panel.load(self, v), acc[v]);
      }
    } else if (begin == end && !args.accumulate) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        panel.store(V::splat(T{0}), out, v);
      }
      return;
    }

    if (end - begin <= kSplitEdges) {
      add_edges(begin, end, acc);
    } else {
      add_edges(begin, begin + kSplitEdges, acc);
      for (std::int64_t edge = begin + kSplitEdges; edge < end; edge += kSplitEdges) {
        V part[kVectors];
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          part[v] = V::splat(-T{0});
        }
        add_edges(edge, end - edge > kSplitEdges ? edge + kSplitEdges : end, part);
#pragma GCC unroll 8
        for (int v = 0; v < kVectors; ++v) {
          acc[v] = add(acc[v], part[v]);
        }
      }
    }

    if (args.row_scale != nullptr) {
      const V scale = V::splat(args.row_scale[row]);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        acc[v] = mul(scale, acc[v]);
      }
    }
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      panel.store(acc[v], out, v);
    }
  }
};

template <typename T, typename Source, int kVectors, bool kTail, Weight kWeight>
void sum_from(const SegmentSum<T>& args, const Source* x, std::int64_t first, std::int64_t last,
              std::int64_t column, std::int64_t width) {
  const PanelSum<T, Source, kVectors, kTail, kWeight> panel{
      args,
      x + column,
      args.rowptr[last] - 1,
      {Vec<T>::mask(width - (kVectors - 1) * Vec<T>::kLanes)}};
  for (std::int64_t row = first; row < last; ++row) {
    panel.sum_row(row, column);
  }
}

template <typename T, int kVectors, bool kTail, Weight kWeight>
void sum_panel(const SegmentSum<T>& args, std::int64_t first, std::int64_t last,
               std::int64_t column, std::int64_t width) {
  if constexpr (sizeof(T) == sizeof(float)) {
    if (args.x_bf16 != nullptr) {
      sum_from<T, std::uint16_t, kVectors, kTail, kWeight>(args, args.x_bf16, first, last, column,
                                                           width);
      return;
    }
  }
  sum_from<T, T, kVectors, kTail, kWeight>(args, args.x, first, last, column, width);
}

template <typename T, int kVectors, bool kTail>
void sum_weighted(const SegmentSum<T>& args, std::int64_t first, std::int64_t last,
                  std::int64_t column, std::int64_t width) {
  if (args.value != nullptr) {
    sum_panel<T, kVectors, kTail, Weight::kEdge>(args, first, last, column, width);
  } else if (args.source_scale != nullptr) {
    sum_panel<T, kVectors, kTail, Weight::kSource>(args, first, last, column, width);
  } else {
    sum_panel<T, kVectors, kTail, Weight::kNone>(args, first, last, column, width);
  }
}

/// Finds the instance with ceil(width / lanes) vectors.
template <typename T, int kVectors = 1>
void sum_columns(const SegmentSum<T>& args, std::int64_t first, std::int64_t last,
                 std::int64_t column, std::int64_t width) {
  if constexpr (kVectors <= kMostVectors) {
    if (width == kVectors * Vec<T>::kLanes) {
      sum_weighted<T, kVectors, false>(args, first, last, column, width);
    } else if (width < kVectors * Vec<T>::kLanes) {
      sum_weighted<T, kVectors, true>(args, first, last, column, width);
    } else {
      sum_columns<T, kVectors + 1>(args, first, last, column, width);
    }
  }
}

template <typename T>
void sum_rows(const SegmentSum<T>& args, std::int64_t first, std::int64_t last) {
  constexpr std::int64_t kPanel = kMostVectors * Vec<T>::kLanes;
  for (std::int64_t column = 0; column < args.width; column += kPanel) {
    const std::int64_t rest = args.width - column;
    sum_columns(args, first, last, column, rest < kPanel ? rest : kPanel);
  }
}

}  // namespace
}  // namespace isthmus::kernels
