#pragma once

// Written once and vectorised by the compiler for each level: columns are independent lanes, and
// the flags forbid contraction, so every level gives the same bits.

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

/// Adds rows [first, last) to sum, which the caller has set.
template <typename T>
void add_column_sums(const Rows<T>& x, std::int64_t first, std::int64_t last,
                     double* __restrict sum) {
  for (std::int64_t r = first; r < last; ++r) {
    const T* row = x.data + r * x.stride;
    for (std::int64_t c = 0; c < x.columns; ++c) {
      sum[c] += static_cast<double>(row[c]);
    }
  }
}

template <typename T>
void add_column_squares(const Rows<T>& x, const double* __restrict mean, std::int64_t first,
                        std::int64_t last, double* __restrict sum) {
  for (std::int64_t r = first; r < last; ++r) {
    const T* row = x.data + r * x.stride;
    for (std::int64_t c = 0; c < x.columns; ++c) {
      const double centred = static_cast<double>(row[c]) - mean[c];
      sum[c] += centred * centred;
    }
  }
}

/// `mean` is never none here.
template <typename T>
void add_column_dots(const Rows<T>& a, const Rows<T>& b, const double* __restrict mean,
                     std::int64_t first, std::int64_t last, double* __restrict sum,
                     double* __restrict dot) {
  for (std::int64_t r = first; r < last; ++r) {
    const T* a_row = a.data + r * a.stride;
    const T* b_row = b.data + r * b.stride;
    for (std::int64_t c = 0; c < a.columns; ++c) {
      const auto value = static_cast<double>(a_row[c]);
      sum[c] += value;
      dot[c] += value * (static_cast<double>(b_row[c]) - mean[c]);
    }
  }
}

template <typename T>
void affine_rows(const ColumnAffine<T>& args, std::int64_t first, std::int64_t last) {
  const T* __restrict shift = args.shift;
  const T* __restrict scale = args.scale;
  const T* __restrict y_shift = args.y_shift;
  const T* __restrict y_scale = args.y_scale;
  const T* __restrict offset = args.offset;
  const std::int64_t columns = args.x.columns;
  for (std::int64_t r = first; r < last; ++r) {
    const T* __restrict x = args.x.data + r * args.x.stride;
    T* __restrict out = args.out + r * args.out_stride;
    if (args.y != nullptr) {
      const T* __restrict y = args.y + r * args.y_stride;
      for (std::int64_t c = 0; c < columns; ++c) {
        out[c] = (x[c] - shift[c]) * scale[c] - (y[c] - y_shift[c]) * y_scale[c];
      }
    } else if (offset != nullptr) {
      for (std::int64_t c = 0; c < columns; ++c) {
        out[c] = (x[c] - shift[c]) * scale[c] + offset[c];
      }
    } else {
      for (std::int64_t c = 0; c < columns; ++c) {
        out[c] = (x[c] - shift[c]) * scale[c];
      }
    }
  }
}

/// to = from where `gate` > 0 (or NaN), else 0. All contiguous but `from`, which may be `to`.
template <typename T>
void gate_rows(const T* from, std::int64_t stride, const T* gate, std::int64_t rows,
               std::int64_t columns, T* to) {
  for (std::int64_t r = 0; r < rows; ++r) {
#pragma GCC ivdep  // each element is read before it is written
    for (std::int64_t c = 0; c < columns; ++c) {
      const T at = gate[r * columns + c];
      const T passed = from[r * stride + c];
      to[r * columns + c] = at <= T{0} ? T{0} : passed;
    }
  }
}

}  // namespace
}  // namespace isthmus::kernels
