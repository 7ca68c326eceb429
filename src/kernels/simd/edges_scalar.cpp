// The specification of edge_dot and weighted_sum: every other level gives these bits.

#include "edge_place.hpp"
#include "edges.hpp"

namespace isthmus::kernels {
namespace {

float fused(float a, float b, float c) { return __builtin_fmaf(a, b, c); }
double fused(double a, double b, double c) { return __builtin_fma(a, b, c); }

template <typename T>
T dot(const T* x, const T* y, std::int64_t depth) {
  constexpr std::int64_t kLine = 64 / std::int64_t{sizeof(T)};
  T lane[kLine] = {};
  for (std::int64_t d = 0; d < depth; ++d) {
    lane[d % kLine] = fused(x[d], y[d], lane[d % kLine]);
  }
  for (std::int64_t half = kLine / 2; half > 0; half /= 2) {
    for (std::int64_t i = 0; i < half; ++i) {
      lane[i] += lane[i + half];
    }
  }
  return lane[0];
}

template <typename T>
void dot_rows(const EdgeDot<T>& args, std::int64_t first, std::int64_t last) {
  const std::int64_t depth = args.width / args.heads;
  for (std::int64_t row = first; row < last; ++row) {
    for (std::int64_t slot = args.rowptr[row]; slot < args.rowptr[row + 1]; ++slot) {
      const T* x = args.x + args.col[slot] * args.x_stride;
      const T* y = args.y + row * args.y_stride;
      T* out = args.out + place_of(args.order, slot) * args.heads;
      for (std::int64_t head = 0; head < args.heads; ++head) {
        const T sum = dot(x + head * depth, y + head * depth, depth);
        out[head] = args.row_scale != nullptr ? args.row_scale[row] * sum : sum;
      }
    }
  }
}

/// Columns [column, column + width) of one row, which belong to one head.
template <typename T>
void head_row(const WeightedSum<T>& args, std::int64_t row, std::int64_t head, std::int64_t column,
              std::int64_t width, T* total, T* part) {
  const std::int64_t begin = args.rowptr[row];
  const std::int64_t end = args.rowptr[row + 1];
  const auto add_edges = [&](std::int64_t from, std::int64_t to, T* acc) {
    for (std::int64_t edge = from; edge < to; ++edge) {
      const T weight = args.weight[edge * args.heads + head];
      const T* x = args.x + args.col[edge] * args.x_stride + column;
      for (std::int64_t f = 0; f < width; ++f) {
        acc[f] = fused(weight, x[f], acc[f]);
      }
    }
  };
  for (std::int64_t f = 0; f < width; ++f) {
    total[f] = args.start != nullptr ? args.start[row * args.start_stride + column + f]
               : begin == end        ? T{0}
                                     : -T{0};
  }
  std::int64_t edge = end - begin > kSplitEdges ? begin + kSplitEdges : end;
  add_edges(begin, edge, total);
  while (edge < end) {
    const std::int64_t stop = end - edge > kSplitEdges ? edge + kSplitEdges : end;
    for (std::int64_t f = 0; f < width; ++f) {
      part[f] = -T{0};
    }
    add_edges(edge, stop, part);
    for (std::int64_t f = 0; f < width; ++f) {
      total[f] += part[f];
    }
    edge = stop;
  }
  T* out = args.out + row * args.out_stride + column;
  const bool scaled = args.row_scale != nullptr && (begin < end || args.start != nullptr);
  for (std::int64_t f = 0; f < width; ++f) {
    out[f] = scaled ? args.row_scale[row] * total[f] : total[f];
  }
}

template <typename T>
void head_rows(const WeightedSum<T>& args, std::int64_t first, std::int64_t last) {
  constexpr std::int64_t kPanel = 128;
  T total[kPanel] = {};
  T part[kPanel] = {};
  const std::int64_t depth = args.width / args.heads;
  for (std::int64_t row = first; row < last; ++row) {
    for (std::int64_t head = 0; head < args.heads; ++head) {
      for (std::int64_t d = 0; d < depth; d += kPanel) {
        const std::int64_t width = depth - d < kPanel ? depth - d : kPanel;
        head_row(args, row, head, head * depth + d, width, total, part);
      }
    }
  }
}

template <typename T>
void fill_of(TypedKernels<T>& table) {
  fill_edges_of(table);
  table.edge_dot = &dot_rows<T>;
  table.weighted_sum = &head_rows<T>;
}

}  // namespace

void fill_edges_scalar(KernelTable& table) {
  fill_of(table.f32);
  fill_of(table.f64);
}

}  // namespace isthmus::kernels
