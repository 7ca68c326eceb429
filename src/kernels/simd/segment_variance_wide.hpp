#pragma once

// segment_variance on registers: the mean of a row stays there while its neighbours are read again.

#include "kernel_table.hpp"
#include "lanes.hpp"
#include "row_panel.hpp"

namespace isthmus::kernels {
namespace {

template <typename T, int kVectors, bool kTail>
struct PanelVariance {
  using V = Vec<T>;
  const SegmentVariance<T>& args;
  std::int64_t column;
  std::int64_t final_edge;  // prefetches are clamped here
  RowPanel<T, kVectors, kTail> panel;

  [[nodiscard]] const T* source(std::int64_t edge) const {
    return args.x + args.col[edge] * args.x_stride + column;
  }

  __attribute__((always_inline)) void add_values(std::int64_t begin, std::int64_t end,
                                                 V* acc) const {
    for (std::int64_t edge = begin; edge < end; ++edge) {
      if (args.prefetch > 0) {
        const std::int64_t ahead = edge + args.prefetch;
        panel.prefetch(source(ahead < final_edge ? ahead : final_edge));
      }
      const T* x = source(edge);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        acc[v] = add(acc[v], panel.load(x, v));
      }
    }
  }

  __attribute__((always_inline)) void add_squares(std::int64_t begin, std::int64_t end,
                                                  const V* minus_mean, V* acc) const {
    for (std::int64_t edge = begin; edge < end; ++edge) {
      const T* x = source(edge);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        const V difference = add(panel.load(x, v), minus_mean[v]);
        acc[v] = fused(difference, difference, acc[v]);
      }
    }
  }

  void store(const V* values, T* to) const {
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      panel.store(values[v], to, v);
    }
  }

  void vary_row(std::int64_t row) const {
    const std::int64_t begin = args.rowptr[row];
    const std::int64_t end = args.rowptr[row + 1];
    T* out = args.out + row * args.out_stride + column;
    T* mean = args.mean == nullptr ? nullptr : args.mean + row * args.mean_stride + column;
    V acc[kVectors];
    if (begin == end) {
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        acc[v] = V::splat(T{0});
      }
      store(acc, out);
      if (mean != nullptr) {
        store(acc, mean);
      }
      return;
    }

    const V scale = V::splat(args.row_scale[row]);
    sum_segments<kVectors>(
        begin, end, V::splat(-T{0}),
        acc, [this](std::int64_t b, std::int64_t e, V * part) __attribute__((always_inline)) {
          add_values(b, e, part);
        });
    V minus_mean[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      acc[v] = mul(acc[v], scale);
      minus_mean[v] = mul(acc[v], V::splat(T{-1}));
    }
    if (mean != nullptr) {
      store(acc, mean);
    }

    sum_segments<kVectors>(
        begin, end, V::splat(T{0}), acc,
        [ this, &minus_mean ](std::int64_t b, std::int64_t e, V * part)
            __attribute__((always_inline)) { add_squares(b, e, minus_mean, part); });
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      acc[v] = mul(scale, acc[v]);
      acc[v] = args.root ? square_root(add(acc[v], V::splat(args.eps))) : acc[v];
    }
    store(acc, out);
  }
};

template <typename T, int kVectors, bool kTail>
struct PanelVarianceBackward {
  using V = Vec<T>;
  const SegmentVarianceBackward<T>& args;
  std::int64_t column;
  std::int64_t final_entry;
  RowPanel<T, kVectors, kTail> panel;

  [[nodiscard]] const T* coefficient(std::int64_t i) const {
    return args.coefficient + i * args.coefficient_stride + column;
  }
  [[nodiscard]] const T* mean(std::int64_t i) const {
    return args.mean + i * args.mean_stride + column;
  }

  __attribute__((always_inline)) void add_entries(std::int64_t begin, std::int64_t end, const V* x,
                                                  V* acc) const {
    const V minus_one = V::splat(T{-1});
    for (std::int64_t entry = begin; entry < end; ++entry) {
      if (args.prefetch > 0) {
        const std::int64_t ahead = entry + args.prefetch;
        const std::int64_t next = args.col[ahead < final_entry ? ahead : final_entry];
        panel.prefetch(coefficient(next));
        panel.prefetch(mean(next));
      }
      const std::int64_t i = args.col[entry];
      const T* c = coefficient(i);
      const T* m = mean(i);
#pragma GCC unroll 8
      for (int v = 0; v < kVectors; ++v) {
        // fma(-1, m, x) is x - m, rounded once as that is.
        const V difference = fused(panel.load(m, v), minus_one, x[v]);
        acc[v] = fused(panel.load(c, v), difference, acc[v]);
      }
    }
  }

  void pull_row(std::int64_t row) const {
    V x[kVectors];
    V acc[kVectors];
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      x[v] = panel.load(args.x + row * args.x_stride + column, v);
    }
    sum_segments<kVectors>(
        args.rowptr[row], args.rowptr[row + 1], V::splat(T{0}), acc,
        [ this, &x ](std::int64_t b, std::int64_t e, V * part)
            __attribute__((always_inline)) { add_entries(b, e, x, part); });
    T* out = args.out + row * args.out_stride + column;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      panel.store(acc[v], out, v);
    }
  }
};

template <typename T>
struct VarianceColumns {
  const SegmentVariance<T>& args;
  std::int64_t first;
  std::int64_t last;

  template <int kVectors, bool kTail>
  void run(std::int64_t column, std::int64_t width) const {
    const PanelVariance<T, kVectors, kTail> panel{args, column, args.rowptr[last] - 1,
                                                  RowPanel<T, kVectors, kTail>::of(width)};
    for (std::int64_t row = first; row < last; ++row) {
      panel.vary_row(row);
    }
  }
};

template <typename T>
struct VarianceBackwardColumns {
  const SegmentVarianceBackward<T>& args;
  std::int64_t first;
  std::int64_t last;

  template <int kVectors, bool kTail>
  void run(std::int64_t column, std::int64_t width) const {
    const PanelVarianceBackward<T, kVectors, kTail> panel{args, column, args.rowptr[last] - 1,
                                                          RowPanel<T, kVectors, kTail>::of(width)};
    for (std::int64_t row = first; row < last; ++row) {
      panel.pull_row(row);
    }
  }
};

template <typename T>
void vary_rows(const SegmentVariance<T>& args, std::int64_t first, std::int64_t last) {
  each_panel<T, kPanelVectors>(args.width, VarianceColumns<T>{args, first, last});
}

template <typename T>
void pull_rows(const SegmentVarianceBackward<T>& args, std::int64_t first, std::int64_t last) {
  each_panel<T, kPanelVectors>(args.width, VarianceBackwardColumns<T>{args, first, last});
}

template <typename T>
void fill_segment_variance(TypedKernels<T>& table) {
  table.segment_variance = &vary_rows<T>;
  table.segment_variance_backward = &pull_rows<T>;
}

}  // namespace
}  // namespace isthmus::kernels
