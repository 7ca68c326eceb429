#pragma once

#include "isthmus/kernels/segment_sum.hpp"

namespace isthmus::kernels {

/// The aggregation of rows from `first` on, as rows from 0 on.
template <typename T>
[[nodiscard]] SegmentSum<T> from_row(SegmentSum<T> sum, std::int64_t first) {
  sum.rowptr += first;
  if (sum.row_scale != nullptr) {
    sum.row_scale += first;
  }
  if (sum.self != nullptr) {
    sum.self += first * sum.self_stride;
  }
  if (sum.self_scale != nullptr) {
    sum.self_scale += first;
  }
  return sum;
}

}  // namespace isthmus::kernels
