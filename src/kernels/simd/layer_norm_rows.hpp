#pragma once

// Sums along a row run in 16 interleaved lanes of double, added pairwise at the end: an order that
// no level may change, and that each vectorises.

#include "dropout_rows.hpp"
#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kRowLanes = 16;

double add_lanes(double* lane) {
  for (std::int64_t half = kRowLanes / 2; half > 0; half /= 2) {
    for (std::int64_t i = 0; i < half; ++i) {
      lane[i] += lane[i + half];
    }
  }
  return lane[0];
}

/// Sum over c of term(c), lane c % 16.
template <typename Term>
double lane_sum(std::int64_t columns, Term term) {
  double lane[kRowLanes] = {};
  const std::int64_t whole = columns - columns % kRowLanes;
  for (std::int64_t c = 0; c < whole; c += kRowLanes) {
    for (std::int64_t i = 0; i < kRowLanes; ++i) {
      lane[i] += term(c + i);
    }
  }
  for (std::int64_t c = whole; c < columns; ++c) {
    lane[c - whole] += term(c);
  }
  return add_lanes(lane);
}

/// max(0, .) and dropout of a row of the output, in place.
template <typename T>
void finish_row(const LayerNorm<T>& args, std::int64_t r, T* out) {
  const std::int64_t columns = args.x.columns;
  if (args.relu) {
    for (std::int64_t c = 0; c < columns; ++c) {
      out[c] = T{0} > out[c] ? T{0} : out[c];
    }
  }
  if (!args.drops) {
    return;
  }
  const auto id =
      static_cast<std::uint32_t>(args.row_id == nullptr ? args.first_id + r : args.row_id[r]);
  for (std::int64_t column = 0; column < columns; column += kDrawnColumns) {
    T factor[kDrawnColumns];
    draw_factors(args.law, id, column, factor);
    const std::int64_t rest = columns - column;
    const std::int64_t width = rest < kDrawnColumns ? rest : kDrawnColumns;
    for (std::int64_t c = 0; c < width; ++c) {
      out[column + c] *= factor[c];
    }
  }
}

template <typename T>
void normalise_rows(const LayerNorm<T>& args, std::int64_t first, std::int64_t last) {
  const std::int64_t columns = args.x.columns;
  const auto count = static_cast<double>(columns);
  for (std::int64_t r = first; r < last; ++r) {
    const T* __restrict x = args.x.data + r * args.x.stride;
    T* __restrict out = args.out + r * args.out_stride;
    const double mean =
        lane_sum(columns, [x](std::int64_t c) { return static_cast<double>(x[c]); }) / count;
    const double squares = lane_sum(columns, [x, mean](std::int64_t c) {
      const double centred = static_cast<double>(x[c]) - mean;
      return centred * centred;
    });
    const double inv_std = 1.0 / __builtin_sqrt(squares / count + args.eps);
    args.mean[r] = mean;
    args.inv_std[r] = inv_std;
    for (std::int64_t c = 0; c < columns; ++c) {
      const T xhat = static_cast<T>((static_cast<double>(x[c]) - mean) * inv_std);
      const T scaled = args.weight != nullptr ? xhat * args.weight[c] : xhat;
      out[c] = args.bias != nullptr ? scaled + args.bias[c] : scaled;
    }
    finish_row(args, r, out);
  }
}

/// The gradient behind the gate, columns [first, last) of a row. In a loop of its own: inside the
/// sums below, which are in double, the choice kept them from being vectorised.
template <typename T>
void gate_gradient(const LayerNormBackward<T>& args, std::int64_t r, std::int64_t first,
                   std::int64_t last, T* __restrict out) {
  const T* __restrict grad = args.grad.data + r * args.grad.stride + first;
  const T* __restrict gate = args.gate + r * args.gate_stride + first;
  const auto scale = static_cast<T>(args.gate_scale);
  for (std::int64_t c = 0; c < last - first; ++c) {
    const T passed = grad[c] * scale;
    out[c] = gate[c] <= T{0} ? T{0} : passed;
  }
}

template <typename T>
void normalise_backward_rows(const LayerNormBackward<T>& args, std::int64_t first,
                             std::int64_t last) {
  const std::int64_t columns = args.grad.columns;
  const auto count = static_cast<double>(columns);
  for (std::int64_t r = first; r < last; ++r) {
    const T* grad = args.grad.data + r * args.grad.stride;
    const T* __restrict x = args.x + r * args.x_stride;
    T* dx = args.dx + r * args.dx_stride;
    if (args.gate != nullptr) {
      gate_gradient(args, r, 0, columns, dx);
      grad = dx;
    }
    const double mean = args.mean[r];
    const double inv_std = args.inv_std[r];
    const auto h = [&args, grad](std::int64_t c) {
      const auto g = static_cast<double>(grad[c]);
      return args.weight != nullptr ? g * static_cast<double>(args.weight[c]) : g;
    };
    const auto xhat = [x, mean, inv_std](std::int64_t c) {
      return (static_cast<double>(x[c]) - mean) * inv_std;
    };
    const double h_mean = lane_sum(columns, h) / count;
    const double dot_mean =
        lane_sum(columns, [&](std::int64_t c) { return h(c) * xhat(c); }) / count;
#pragma GCC ivdep  // grad may be dx: each element is read before it is written
    for (std::int64_t c = 0; c < columns; ++c) {
      dx[c] = static_cast<T>(inv_std * (h(c) - h_mean - xhat(c) * dot_mean));
    }
  }
}

/// Adds rows [first, last) to dweight and dbias, which the caller has set.
template <typename T>
void add_normalise_weights(const LayerNormBackward<T>& args, std::int64_t first, std::int64_t last,
                           double* __restrict dweight, double* __restrict dbias) {
  constexpr std::int64_t kBlock = 64;  // columns whose gated gradient is kept at a time
  T gated[kBlock];
  for (std::int64_t r = first; r < last; ++r) {
    const T* __restrict x = args.x + r * args.x_stride;
    const double mean = args.mean[r];
    const double inv_std = args.inv_std[r];
    for (std::int64_t begin = 0; begin < args.grad.columns; begin += kBlock) {
      const std::int64_t rest = args.grad.columns - begin;
      const std::int64_t end = begin + (rest < kBlock ? rest : kBlock);
      const T* grad = args.grad.data + r * args.grad.stride + begin;
      if (args.gate != nullptr) {
        gate_gradient(args, r, begin, end, gated);
        grad = gated;
      }
      for (std::int64_t c = begin; c < end; ++c) {
        const auto g = static_cast<double>(grad[c - begin]);
        dweight[c] += g * ((static_cast<double>(x[c]) - mean) * inv_std);
        dbias[c] += g;
      }
    }
  }
}

}  // namespace
}  // namespace isthmus::kernels
