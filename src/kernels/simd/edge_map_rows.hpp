#pragma once

// Written once and vectorised by the compiler for each level; columns are independent lanes.

#include "edge_place.hpp"

namespace isthmus::kernels {
namespace {

template <EdgeMapKind kKind, typename T>
T edge_value([[maybe_unused]] T x, [[maybe_unused]] T y) {
  if constexpr (kKind == EdgeMapKind::kSource) {
    return x;
  } else if constexpr (kKind == EdgeMapKind::kRow) {
    return y;
  } else if constexpr (kKind == EdgeMapKind::kAdd) {
    return x + y;
  } else if constexpr (kKind == EdgeMapKind::kSubtract) {
    return x - y;
  } else {
    return x * y;
  }
}

template <typename T, EdgeMapKind kKind>
void map_rows_of(const EdgeMap<T>& args, std::int64_t first, std::int64_t last) {
  const bool scaled = args.row_scale != nullptr || args.source_scale != nullptr;
  const bool reads_source = kKind != EdgeMapKind::kRow;
  const bool reads_row = kKind != EdgeMapKind::kSource;
  for (std::int64_t row = first; row < last; ++row) {
    const T* y = reads_row ? args.y + row * args.y_stride : nullptr;
    for (std::int64_t slot = args.rowptr[row]; slot < args.rowptr[row + 1]; ++slot) {
      const std::int64_t source = args.col[slot];
      const T* x = reads_source ? args.x + source * args.x_stride : nullptr;
      T* __restrict out = args.out + place_of(args.order, slot) * args.out_stride;
      if (!scaled) {
        for (std::int64_t f = 0; f < args.width; ++f) {
          out[f] = edge_value<kKind>(reads_source ? x[f] : T{0}, reads_row ? y[f] : T{0});
        }
        continue;
      }
      const T scale = (args.row_scale != nullptr ? args.row_scale[row] : T{1}) *
                      (args.source_scale != nullptr ? args.source_scale[source] : T{1});
      for (std::int64_t f = 0; f < args.width; ++f) {
        out[f] = scale * edge_value<kKind>(reads_source ? x[f] : T{0}, reads_row ? y[f] : T{0});
      }
    }
  }
}

template <typename T>
void map_rows(const EdgeMap<T>& args, std::int64_t first, std::int64_t last) {
  switch (args.kind) {
    case EdgeMapKind::kSource:
      return map_rows_of<T, EdgeMapKind::kSource>(args, first, last);
    case EdgeMapKind::kRow:
      return map_rows_of<T, EdgeMapKind::kRow>(args, first, last);
    case EdgeMapKind::kAdd:
      return map_rows_of<T, EdgeMapKind::kAdd>(args, first, last);
    case EdgeMapKind::kSubtract:
      return map_rows_of<T, EdgeMapKind::kSubtract>(args, first, last);
    case EdgeMapKind::kMultiply:
      return map_rows_of<T, EdgeMapKind::kMultiply>(args, first, last);
  }
}

}  // namespace
}  // namespace isthmus::kernels
