#pragma once

// weighted_sum on registers: each register of columns takes its weights by one masked load of the
// heads that it covers and one permutation.

#include "edge_place.hpp"
#include "vec_lookup.hpp"

namespace isthmus::kernels {
namespace {

/// Most registers of sums in a panel.
constexpr int kHeadVectors = 8;

template <typename T, int kVectors, bool kTail>
struct HeadPanel {
  using V = Vec<T>;
  const WeightedSum<T>& args;
  const T* x;               // column 0 of the panel
  std::int64_t final_edge;  // prefetches are clamped here
  std::int64_t column;
  typename V::Mask tail;
  std::int64_t head[kVectors];
  typename V::Mask heads[kVectors];
  LaneIndex<T> lane_head[kVectors];

  HeadPanel(const WeightedSum<T>& of, std::int64_t last_row, std::int64_t first_column,
            std::int64_t width)
      : args(of),
        x(of.x + first_column),
        final_edge(of.rowptr[last_row] - 1),
        column(first_column),
        tail(V::mask(width - (kVectors - 1) * V::kLanes)) {
    const std::int64_t depth = of.width / of.heads;
    const std::int64_t end = first_column + width;
    for (int v = 0; v < kVectors; ++v) {
      const std::int64_t begin = first_column + v * V::kLanes;
      head[v] = begin / depth;
      const std::int64_t stop = begin + V::kLanes < end ? begin + V::kLanes : end;
      heads[v] = V::mask((stop - 1) / depth - head[v] + 1);
      std::int32_t entry[V::kLanes];
      for (std::int64_t lane = 0; lane < V::kLanes; ++lane) {
        const std::int64_t at = begin + lane < end ? begin + lane : end - 1;
        entry[lane] = static_cast<std::int32_t>(at / depth - head[v]);
      }
      lane_head[v] = LaneIndex<T>::of(entry);
    }
  }

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

  __attribute__((always_inline)) void add_edges(std::int64_t begin, std::int64_t end,
                                                V* acc) const {
    for (std::int64_t edge = begin; edge < end; ++edge) {
      if (args.prefetch > 0) {
        const std::int64_t ahead = edge + args.prefetch;
        const auto* next = reinterpret_cast<const char*>(
            x + args.col[ahead < final_edge ? ahead : final_edge] * args.x_stride);
#pragma GCC unroll 8
        for (std::int64_t byte = 0; byte < kVectors * std::int64_t{sizeof(V)}; byte += 64) {
          _mm_prefetch(next + byte, _MM_HINT_T0);
        }
      }
      const T* row = x + args.col[edge] * args.x_stride;
      const T* weight = args.weight + edge * args.heads;
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        const V table = V::load(weight + head[v], heads[v]);
        acc[v] = fused(lookup(table, lane_head[v]), load(row, v), acc[v]);
      }
    }
  }

  void sum_row(std::int64_t row) const {
    const std::int64_t begin = args.rowptr[row];
    const std::int64_t end = args.rowptr[row + 1];
    V acc[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      acc[v] = args.start != nullptr ? load(args.start + row * args.start_stride + column, v)
                                     : V::splat(begin == end ? T{0} : -T{0});
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
    T* out = args.out + row * args.out_stride + column;
    const bool scaled = args.row_scale != nullptr && (begin < end || args.start != nullptr);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      store(scaled ? mul(V::splat(args.row_scale[row]), acc[v]) : acc[v], out, v);
    }
  }
};

template <typename T, int kVectors, bool kTail>
void head_panel(const WeightedSum<T>& args, std::int64_t first, std::int64_t last,
                std::int64_t column, std::int64_t width) {
  const HeadPanel<T, kVectors, kTail> panel(args, last, column, width);
  for (std::int64_t row = first; row < last; ++row) {
    panel.sum_row(row);
  }
}

/// Finds the instance with 1, 2, 4 or 8 vectors; what is left goes on in narrower ones.
template <typename T>
void head_rows(const WeightedSum<T>& args, std::int64_t first, std::int64_t last) {
  constexpr std::int64_t kOne = Vec<T>::kLanes;
  std::int64_t column = 0;
  while (column < args.width) {
    const std::int64_t rest = args.width - column;
    std::int64_t width = rest;
    if (rest >= kHeadVectors * kOne) {
      width = kHeadVectors * kOne;
      head_panel<T, kHeadVectors, false>(args, first, last, column, width);
    } else if (rest > 4 * kOne) {
      width = 4 * kOne;
      head_panel<T, 4, false>(args, first, last, column, width);
    } else if (rest > 3 * kOne) {
      head_panel<T, 4, true>(args, first, last, column, width);
    } else if (rest > 2 * kOne) {
      width = 2 * kOne;
      head_panel<T, 2, false>(args, first, last, column, width);
    } else if (rest > kOne) {
      head_panel<T, 2, true>(args, first, last, column, width);
    } else {
      head_panel<T, 1, true>(args, first, last, column, width);
    }
    column += width;
  }
}

}  // namespace
}  // namespace isthmus::kernels
