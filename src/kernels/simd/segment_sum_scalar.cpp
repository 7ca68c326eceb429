// The specification of segment_sum: every other level gives these bits.

#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

constexpr std::int64_t kPanel = 128;

template <typename T>
T expanded(T element) {
  return element;
}
/// A bfloat16 is the upper half of a float.
float expanded(std::uint16_t element) {
  const std::uint32_t bits = static_cast<std::uint32_t>(element) << 16U;
  float value;
  __builtin_memcpy(&value, &bits, sizeof value);
  return value;
}

template <typename T, typename Source>
void add_row(const SegmentSum<T>& args, std::int64_t edge, const Source* x, std::int64_t column,
             std::int64_t width, T* acc) {
  const std::int64_t source = args.col[edge];
  const Source* row = x + source * args.x_stride + column;
  if (args.value == nullptr && args.source_scale == nullptr) {
    for (std::int64_t f = 0; f < width; ++f) {
      acc[f] += expanded(row[f]);
    }
    return;
  }
  const T weight = args.value != nullptr ? args.value[edge] : args.source_scale[source];
  for (std::int64_t f = 0; f < width; ++f) {
    acc[f] = fused(weight, expanded(row[f]), acc[f]);
  }
}

void add_edge(const SegmentSum<float>& args, std::int64_t edge, std::int64_t column,
              std::int64_t width, float* acc) {
  if (args.x_bf16 != nullptr) {
    add_row(args, edge, args.x_bf16, column, width, acc);
  } else {
    add_row(args, edge, args.x, column, width, acc);
  }
}
void add_edge(const SegmentSum<double>& args, std::int64_t edge, std::int64_t column,
              std::int64_t width, double* acc) {
  add_row(args, edge, args.x, column, width, acc);
}

/// One row, columns [column, column + width), width <= kPanel.
template <typename T>
void sum_row(const SegmentSum<T>& args, std::int64_t row, std::int64_t column, std::int64_t width) {
  const std::int64_t begin = args.rowptr[row];
  const std::int64_t end = args.rowptr[row + 1];
  T* out = args.out + row * args.out_stride + column;
  const bool has_start = args.accumulate || args.self != nullptr;
  if (begin == end && !has_start) {
    for (std::int64_t f = 0; f < width; ++f) {
      out[f] = T{0};
    }
    return;
  }

  // -0 is the neutral element of IEEE addition: a lone -0 stays -0, and fma(w, x, -0) is w x.
  T total[kPanel];
  for (std::int64_t f = 0; f < width; ++f) {
    total[f] = args.accumulate ? out[f] : -T{0};
  }
  if (args.self != nullptr) {
    const T factor = args.self_scale != nullptr ? args.self_scale[row] : args.self_factor;
    const T* self = args.self + row * args.self_stride + column;
    for (std::int64_t f = 0; f < width; ++f) {
      total[f] = fused(factor, self[f], total[f]);
    }
  }

  // The first segment continues the start value; each later one is summed alone, then added.
  std::int64_t edge = begin;
  const std::int64_t first_stop = end - begin > kSplitEdges ? begin + kSplitEdges : end;
  for (; edge < first_stop; ++edge) {
    add_edge(args, edge, column, width, total);
  }
  while (edge < end) {
    T part[kPanel];
    for (std::int64_t f = 0; f < width; ++f) {
      part[f] = -T{0};
    }
    const std::int64_t stop = end - edge > kSplitEdges ? edge + kSplitEdges : end;
    for (; edge < stop; ++edge) {
      add_edge(args, edge, column, width, part);
    }
    for (std::int64_t f = 0; f < width; ++f) {
      total[f] += part[f];
    }
  }

  for (std::int64_t f = 0; f < width; ++f) {
    out[f] = args.row_scale != nullptr ? args.row_scale[row] * total[f] : total[f];
  }
}

template <typename T>
void sum_rows(const SegmentSum<T>& args, std::int64_t first, std::int64_t last) {
  for (std::int64_t column = 0; column < args.width; column += kPanel) {
    const std::int64_t width = args.width - column < kPanel ? args.width - column : kPanel;
    for (std::int64_t row = first; row < last; ++row) {
      sum_row(args, row, column, width);
    }
  }
}

}  // namespace

void fill_segment_sum_scalar(KernelTable& table) {
  table.f32.segment_sum = &sum_rows<float>;
  table.f64.segment_sum = &sum_rows<double>;
}

}  // namespace isthmus::kernels
