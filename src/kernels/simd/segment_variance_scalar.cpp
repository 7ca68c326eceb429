// The specification of segment_variance: every other level gives these bits.

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }
float square_root(float a) { return __builtin_sqrtf(a); }
double square_root(double a) { return __builtin_sqrt(a); }

constexpr std::int64_t kPanel = 128;

/// total = sum over the row's segments, in order, of the sum of add(edge, part) over their edges.
template <typename T, typename Add>
void sum_segments(std::int64_t begin, std::int64_t end, std::int64_t width, T start, T* total,
                  const Add& add) {
  for (std::int64_t f = 0; f < width; ++f) {
    total[f] = start;
  }
  std::int64_t edge = begin;
  const std::int64_t first_stop = end - begin > kSplitEdges ? begin + kSplitEdges : end;
  for (; edge < first_stop; ++edge) {
    add(edge, total);
  }
  while (edge < end) {
    T part[kPanel];
    for (std::int64_t f = 0; f < width; ++f) {
      part[f] = start;
    }
    const std::int64_t stop = end - edge > kSplitEdges ? edge + kSplitEdges : end;
    for (; edge < stop; ++edge) {
      add(edge, part);
    }
    for (std::int64_t f = 0; f < width; ++f) {
      total[f] += part[f];
    }
  }
}

/// One row, columns [column, column + width), width <= kPanel.
template <typename T>
void vary_row(const SegmentVariance<T>& args, std::int64_t row, std::int64_t column,
              std::int64_t width) {
  const std::int64_t begin = args.rowptr[row];
  const std::int64_t end = args.rowptr[row + 1];
  T mean[kPanel];
  T squares[kPanel];
  if (begin == end) {
    for (std::int64_t f = 0; f < width; ++f) {
      mean[f] = squares[f] = T{0};
    }
  } else {
    const T scale = args.row_scale[row];
    const auto row_of = [&](std::int64_t edge) {
      return args.x + args.col[edge] * args.x_stride + column;
    };
    // -0 is the neutral element of addition: the mean has the bits of segment_sum().
    sum_segments(begin, end, width, -T{0}, mean, [&](std::int64_t edge, T* acc) {
      const T* x = row_of(edge);
      for (std::int64_t f = 0; f < width; ++f) {
        acc[f] += x[f];
      }
    });
    for (std::int64_t f = 0; f < width; ++f) {
      mean[f] *= scale;
    }
    sum_segments(begin, end, width, T{0}, squares, [&](std::int64_t edge, T* acc) {
      const T* x = row_of(edge);
      for (std::int64_t f = 0; f < width; ++f) {
        const T d = x[f] - mean[f];
        acc[f] = fused(d, d, acc[f]);
      }
    });
    for (std::int64_t f = 0; f < width; ++f) {
      const T variance = scale * squares[f];
      squares[f] = args.root ? square_root(variance + args.eps) : variance;
    }
  }
  for (std::int64_t f = 0; f < width; ++f) {
    args.out[row * args.out_stride + column + f] = squares[f];
    if (args.mean != nullptr) {
      args.mean[row * args.mean_stride + column + f] = mean[f];
    }
  }
}

template <typename T>
void pull_row(const SegmentVarianceBackward<T>& args, std::int64_t row, std::int64_t column,
              std::int64_t width) {
  const T* x = args.x + row * args.x_stride + column;
  T total[kPanel];
  sum_segments(args.rowptr[row], args.rowptr[row + 1], width, T{0}, total,
               [&](std::int64_t entry, T* acc) {
                 const std::int64_t i = args.col[entry];
                 const T* c = args.coefficient + i * args.coefficient_stride + column;
                 const T* mean = args.mean + i * args.mean_stride + column;
                 for (std::int64_t f = 0; f < width; ++f) {
                   acc[f] = fused(c[f], x[f] - mean[f], acc[f]);
                 }
               });
  for (std::int64_t f = 0; f < width; ++f) {
    args.out[row * args.out_stride + column + f] = total[f];
  }
}

/// Applies one of the above to rows [first, last), panel by panel.
template <typename Args, void (*kRow)(const Args&, std::int64_t, std::int64_t, std::int64_t)>
void each_row(const Args& args, std::int64_t first, std::int64_t last) {
  for (std::int64_t column = 0; column < args.width; column += kPanel) {
    const std::int64_t width = args.width - column < kPanel ? args.width - column : kPanel;
    for (std::int64_t row = first; row < last; ++row) {
      kRow(args, row, column, width);
    }
  }
}

template <typename T>
void fill(TypedKernels<T>& table) {
  table.segment_variance = &each_row<SegmentVariance<T>, &vary_row<T>>;
  table.segment_variance_backward = &each_row<SegmentVarianceBackward<T>, &pull_row<T>>;
}

}  // namespace

void fill_segment_variance_scalar(KernelTable& table) {
  fill(table.f32);
  fill(table.f64);
}

}  // namespace isthmus::kernels
