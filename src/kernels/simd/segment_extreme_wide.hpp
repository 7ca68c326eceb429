#pragma once

// segment_extreme on registers: the best values and their offsets stay there over all edges of a
// row, and the output rows are written once.

#include "kernel_table.hpp"
#include "lanes.hpp"
#include "row_panel.hpp"

namespace isthmus::kernels {
namespace {

template <typename T, int kVectors, bool kTail, bool kMinimum, bool kOffsets>
struct PanelSelect {
  using V = Vec<T>;
  using L = Lanes<T>;
  const SegmentExtreme<T>& args;
  std::int64_t column;
  std::int64_t final_edge;  // prefetches are clamped here
  RowPanel<T, kVectors, kTail> panel;

  [[nodiscard]] const T* source(std::int64_t edge) const {
    return args.x + args.col[edge] * args.x_stride + column;
  }

  void store_offsets(const typename L::Offsets* where, std::int64_t row) const {
    const std::int64_t at = row * args.arg_stride + column;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      if (args.narrow_arg != nullptr) {
        L::store(where[v], args.narrow_arg + at + v * V::kLanes);
      } else {
        L::store(where[v], args.arg + at + v * V::kLanes);
      }
    }
  }

  void select_row(std::int64_t row) const {
    const std::int64_t begin = args.rowptr[row];
    const std::int64_t end = args.rowptr[row + 1];
    V best[kVectors];
    typename L::Offsets where[kVectors];
    const typename L::Offsets start = L::splat(begin == end ? -1 : 0);
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      best[v] = begin == end ? V::splat(T{0}) : panel.load(source(begin), v);
      where[v] = start;
    }
    for (std::int64_t edge = begin + 1; edge < end; ++edge) {
      if (args.prefetch > 0) {
        const std::int64_t ahead = edge + args.prefetch;
        panel.prefetch(source(ahead < final_edge ? ahead : final_edge));
      }
      const T* x = source(edge);
      [[maybe_unused]] const typename L::Offsets offset = L::splat(edge - begin);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        const V value = panel.load(x, v);
        const typename L::Choice better = L::template better<kMinimum>(value, best[v]);
        best[v] = L::choose(better, value, best[v]);
        if constexpr (kOffsets) {
          where[v] = L::choose(better, offset, where[v]);
        }
      }
    }
    T* out = args.out + row * args.out_stride + column;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      panel.store(best[v], out, v);
    }
    if constexpr (kOffsets) {
      store_offsets(where, row);
    }
  }
};

template <typename T, typename Offset, int kVectors, bool kTail>
struct PanelSpread {
  using V = Vec<T>;
  using L = Lanes<T>;
  const SegmentExtremeBackward<T>& args;
  const Offset* arg;  // column 0 of the panel, as g
  const T* g;
  std::int64_t final_entry;
  RowPanel<T, kVectors, kTail> panel;

  [[nodiscard]] std::int64_t slot_of(std::int64_t entry) const {
    return args.narrow_slot != nullptr ? args.narrow_slot[entry]
           : args.slot != nullptr      ? args.slot[entry]
                                       : entry;
  }

  __attribute__((always_inline)) void add_entries(std::int64_t begin, std::int64_t end,
                                                  V* acc) const {
    for (std::int64_t entry = begin; entry < end; ++entry) {
      if (args.prefetch > 0) {
        const std::int64_t ahead = entry + args.prefetch;
        const std::int64_t next = args.col[ahead < final_entry ? ahead : final_entry];
        panel.prefetch(g + next * args.g_stride);
        panel.prefetch(arg + next * args.arg_stride);
        _mm_prefetch(reinterpret_cast<const char*>(args.forward_rowptr + next), _MM_HINT_T0);
      }
      const std::int64_t i = args.col[entry];
      const auto offset = static_cast<std::int32_t>(slot_of(entry) - args.forward_rowptr[i]);
      const T* g_row = g + i * args.g_stride;
      const Offset* arg_row = arg + i * args.arg_stride;
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        const typename L::Choice chosen = L::equal(arg_row + v * V::kLanes, offset);
        acc[v] = L::add_where(chosen, acc[v], panel.load(g_row, v));
      }
    }
  }

  void spread_row(std::int64_t row, std::int64_t column) const {
    V acc[kVectors];
    sum_segments<kVectors>(
        args.rowptr[row], args.rowptr[row + 1], V::splat(T{0}),
        acc, [this](std::int64_t begin, std::int64_t end, V * part) __attribute__((always_inline)) {
          add_entries(begin, end, part);
        });
    T* out = args.out + row * args.out_stride + column;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      panel.store(acc[v], out, v);
    }
  }
};

template <typename T>
struct SelectColumns {
  const SegmentExtreme<T>& args;
  std::int64_t first;
  std::int64_t last;

  template <int kVectors, bool kTail, bool kMinimum, bool kOffsets>
  void rows(std::int64_t column, std::int64_t width) const {
    const PanelSelect<T, kVectors, kTail, kMinimum, kOffsets> panel{
        args, column, args.rowptr[last] - 1, RowPanel<T, kVectors, kTail>::of(width)};
    for (std::int64_t row = first; row < last; ++row) {
      panel.select_row(row);
    }
  }
  template <int kVectors, bool kTail, bool kMinimum>
  void rows_of(std::int64_t column, std::int64_t width) const {
    if (args.narrow_arg != nullptr || args.arg != nullptr) {
      rows<kVectors, kTail, kMinimum, true>(column, width);
    } else {
      rows<kVectors, kTail, kMinimum, false>(column, width);
    }
  }
  template <int kVectors, bool kTail>
  void run(std::int64_t column, std::int64_t width) const {
    if (args.minimum) {
      rows_of<kVectors, kTail, true>(column, width);
    } else {
      rows_of<kVectors, kTail, false>(column, width);
    }
  }
};

template <typename T>
struct SpreadColumns {
  const SegmentExtremeBackward<T>& args;
  std::int64_t first;
  std::int64_t last;

  template <int kVectors, bool kTail, typename Offset>
  void rows(const Offset* arg, std::int64_t column, std::int64_t width) const {
    const PanelSpread<T, Offset, kVectors, kTail> panel{args, arg + column, args.g + column,
                                                        args.rowptr[last] - 1,
                                                        RowPanel<T, kVectors, kTail>::of(width)};
    for (std::int64_t row = first; row < last; ++row) {
      panel.spread_row(row, column);
    }
  }
  template <int kVectors, bool kTail>
  void run(std::int64_t column, std::int64_t width) const {
    if (args.narrow_arg != nullptr) {
      rows<kVectors, kTail>(args.narrow_arg, column, width);
    } else {
      rows<kVectors, kTail>(args.arg, column, width);
    }
  }
};

template <typename T>
void select_rows(const SegmentExtreme<T>& args, std::int64_t first, std::int64_t last) {
  each_panel<T, kPanelVectors>(args.width, SelectColumns<T>{args, first, last});
}

template <typename T>
void spread_rows(const SegmentExtremeBackward<T>& args, std::int64_t first, std::int64_t last) {
  each_panel<T, kPanelVectors>(args.width, SpreadColumns<T>{args, first, last});
}

template <typename T>
void fill_segment_extreme(TypedKernels<T>& table) {
  table.segment_extreme = &select_rows<T>;
  table.segment_extreme_backward = &spread_rows<T>;
}

}  // namespace
}  // namespace isthmus::kernels
