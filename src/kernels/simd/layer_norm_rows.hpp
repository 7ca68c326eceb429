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
  const auto id = static_cast<std::uint32_t>(args.row_id == nullptr ? r : args.row_id[r]);
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

/// The gradient of a row behind the gate, element by element.
template <typename T, bool kGated>
struct GatedGradient {
  const T* __restrict grad;
  const T* __restrict gate;
  T scale;

  GatedGradient(const LayerNormBackward<T>& args, std::int64_t r)
      : grad(args.grad.data + r * args.grad.stride),
        gate(kGated ? args.gate + r * args.gate_stride : nullptr),
        scale(static_cast<T>(args.gate_scale)) {}

  double operator()(std::int64_t c) const {
    if constexpr (kGated) {
      return static_cast<double>(gate[c] <= T{0} ? T{0} : grad[c] * scale);
    }
    return static_cast<double>(grad[c]);
  }
};

template <typename T, bool kGated>
void normalise_backward_gated(const LayerNormBackward<T>& args, std::int64_t first,
                              std::int64_t last) {
  const std::int64_t columns = args.grad.columns;
  const auto count = static_cast<double>(columns);
  for (std::int64_t r = first; r < last; ++r) {
    const GatedGradient<T, kGated> grad(args, r);
    const T* __restrict x = args.x + r * args.x_stride;
    T* __restrict dx = args.dx + r * args.dx_stride;
    const double mean = args.mean[r];
    const double inv_std = args.inv_std[r];
    const auto h = [&args, &grad](std::int64_t c) {
      const double g = grad(c);
      return args.weight != nullptr ? g * static_cast<double>(args.weight[c]) : g;
    };
    const auto xhat = [x, mean, inv_std](std::int64_t c) {
      return (static_cast<double>(x[c]) - mean) * inv_std;
    };
    const double h_mean = lane_sum(columns, h) / count;
    const double dot_mean =
        lane_sum(columns, [&](std::int64_t c) { return h(c) * xhat(c); }) / count;
    for (std::int64_t c = 0; c < columns; ++c) {
      dx[c] = static_cast<T>(inv_std * (h(c) - h_mean - xhat(c) * dot_mean));
    }
  }
}

template <typename T>
void normalise_backward_rows(const LayerNormBackward<T>& args, std::int64_t first,
                             std::int64_t last) {
  if (args.gate != nullptr) {
    normalise_backward_gated<T, true>(args, first, last);
  } else {
    normalise_backward_gated<T, false>(args, first, last);
  }
}

template <typename T, bool kGated>
void add_weights_gated(const LayerNormBackward<T>& args, std::int64_t first, std::int64_t last,
                       double* __restrict dweight, double* __restrict dbias) {
  for (std::int64_t r = first; r < last; ++r) {
    const GatedGradient<T, kGated> grad(args, r);
    const T* __restrict x = args.x + r * args.x_stride;
    const double mean = args.mean[r];
    const double inv_std = args.inv_std[r];
    for (std::int64_t c = 0; c < args.grad.columns; ++c) {
      const double g = grad(c);
      dweight[c] += g * ((static_cast<double>(x[c]) - mean) * inv_std);
      dbias[c] += g;
    }
  }
}

/// Adds rows [first, last) to dweight and dbias, which the caller has set.
template <typename T>
void add_normalise_weights(const LayerNormBackward<T>& args, std::int64_t first, std::int64_t last,
                           double* dweight, double* dbias) {
  if (args.gate != nullptr) {
    add_weights_gated<T, true>(args, first, last, dweight, dbias);
  } else {
    add_weights_gated<T, false>(args, first, last, dweight, dbias);
  }
}

}  // namespace
}  // namespace isthmus::kernels
