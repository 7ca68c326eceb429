#pragma once

// Sums along a row run in 16 interleaved lanes of double, added pairwise at the end: an order that
// no level may change, and that each vectorises.

#include "dropout_rows.hpp"
#include "kernel_table.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kRowLanes = 16;

/// Eight numbers at once; the compiler cuts them to the level's registers.
using EightDoubles = double __attribute__((vector_size(64)));
using EightFloats = float __attribute__((vector_size(32)));

EightDoubles load_eight(const double* from) {
  EightDoubles x;
  __builtin_memcpy(&x, from, sizeof x);
  return x;
}
EightDoubles load_eight(const float* from) {
  EightFloats x;
  __builtin_memcpy(&x, from, sizeof x);
  return __builtin_convertvector(x, EightDoubles);
}

EightDoubles root_of(EightDoubles x) {
#ifdef __AVX512F__
  return reinterpret_cast<EightDoubles>(
      _mm512_maskz_sqrt_pd(static_cast<__mmask8>(-1), reinterpret_cast<__m512d>(x)));
#else
  for (int i = 0; i < 8; ++i) {
    x[i] = __builtin_sqrt(x[i]);
  }
  return x;
#endif
}

/// The lanes of a sum: 0 .. 7 and 8 .. 15.
struct RowLanes {
  EightDoubles low = {};
  EightDoubles high = {};

  /// Adds to lanes 0 .. count.
  template <typename Term>
  void add_tail(std::int64_t count, Term term) {
    double lane[kRowLanes];
    __builtin_memcpy(lane, &low, sizeof low);
    __builtin_memcpy(lane + kRowLanes / 2, &high, sizeof high);
    for (std::int64_t i = 0; i < count; ++i) {
      lane[i] += term(i);
    }
    __builtin_memcpy(&low, lane, sizeof low);
    __builtin_memcpy(&high, lane + kRowLanes / 2, sizeof high);
  }

  /// Lane i and lane i + 8, then i and i + 4, i + 2, i + 1.
  [[nodiscard]] double total() const {
    EightDoubles sum = low + high;
    sum += __builtin_shufflevector(sum, sum, 4, 5, 6, 7, 0, 1, 2, 3);
    sum += __builtin_shufflevector(sum, sum, 2, 3, 0, 1, 6, 7, 4, 5);
    sum += __builtin_shufflevector(sum, sum, 1, 0, 3, 2, 5, 4, 7, 6);
    return sum[0];
  }
};

/// Sum over c of term(c), lane c % 16. term.eight(c) is that of columns c .. c + 8.
template <typename Term>
double lane_sum(std::int64_t columns, const Term& term) {
  RowLanes lanes;
  const std::int64_t whole = columns - columns % kRowLanes;
  for (std::int64_t c = 0; c < whole; c += kRowLanes) {
    lanes.low += term.eight(c);
    lanes.high += term.eight(c + kRowLanes / 2);
  }
  if (whole < columns) {
    lanes.add_tail(columns - whole, [&](std::int64_t i) { return term.one(whole + i); });
  }
  return lanes.total();
}

template <typename T>
struct ValueTerm {
  const T* x;
  [[nodiscard]] double one(std::int64_t c) const { return static_cast<double>(x[c]); }
  [[nodiscard]] EightDoubles eight(std::int64_t c) const { return load_eight(x + c); }
};

template <typename T>
struct SquareTerm {
  const T* x;
  double mean;
  [[nodiscard]] double one(std::int64_t c) const {
    const double centred = static_cast<double>(x[c]) - mean;
    return centred * centred;
  }
  [[nodiscard]] EightDoubles eight(std::int64_t c) const {
    const EightDoubles centred = load_eight(x + c) - mean;
    return centred * centred;
  }
};

/// Columns of a word of marks.
constexpr std::int64_t kMarkedColumns = 32;

/// Rows that are worked side by side: the division and the root of one would wait for each other.
constexpr std::int64_t kNormRows = 8;

/// max(0, .) of a row of the output, in place, and times `factor` if there is one.
template <typename T>
void finish_row(const LayerNorm<T>& args, const T* __restrict factor, T* __restrict out) {
  const std::int64_t columns = args.x.columns;
  if (args.relu && factor != nullptr) {
    for (std::int64_t c = 0; c < columns; ++c) {
      out[c] = (T{0} > out[c] ? T{0} : out[c]) * factor[c];
    }
  } else if (args.relu) {
    for (std::int64_t c = 0; c < columns; ++c) {
      out[c] = T{0} > out[c] ? T{0} : out[c];
    }
  } else if (factor != nullptr) {
    for (std::int64_t c = 0; c < columns; ++c) {
      out[c] *= factor[c];
    }
  }
}

/// finish_row() by marks drawn before.
template <typename T>
void finish_marked_row(const LayerNorm<T>& args, std::int64_t r) {
  const std::int64_t columns = args.x.columns;
  const std::uint32_t* marks = args.marks + r * ((columns + 31) / 32);
  const auto scale = static_cast<T>(args.law.scale);
  LayerNorm<T> part = args;
  for (std::int64_t column = 0; column < columns; column += kMarkedColumns) {
    const std::uint32_t word = marks[column / kMarkedColumns];
    T factor[kMarkedColumns];
    for (std::uint32_t c = 0; c < kMarkedColumns; ++c) {
      factor[c] = ((word >> c) & 1U) != 0 ? scale : T{0};
    }
    const std::int64_t rest = columns - column;
    part.x.columns = rest < kMarkedColumns ? rest : kMarkedColumns;
    finish_row<T>(part, factor, args.out + r * args.out_stride + column);
  }
}

/// What finish_row() does to rows [first, last), with their dropout.
template <typename T>
void finish_rows(const LayerNorm<T>& args, std::int64_t first, std::int64_t last) {
  const std::int64_t columns = args.x.columns;
  if (!args.drops) {
    for (std::int64_t r = first; r < last && args.relu; ++r) {
      finish_row<T>(args, nullptr, args.out + r * args.out_stride);
    }
    return;
  }
  if (args.marks != nullptr) {
    for (std::int64_t r = first; r < last; ++r) {
      finish_marked_row(args, r);
    }
    return;
  }
  LayerNorm<T> part = args;
  for (std::int64_t column = 0; column < columns; column += kDrawnColumns) {
    const std::int64_t rest = columns - column;
    part.x.columns = rest < kDrawnColumns ? rest : kDrawnColumns;
    const std::int64_t blocks = (part.x.columns + 3) / 4;
    const std::int64_t at_once = kPhiloxLanes / blocks;  // rows of one batch
    std::uint32_t row_of[kPhiloxLanes];
    std::uint32_t block_of[kPhiloxLanes];
    for (std::int64_t i = 0; i < kPhiloxLanes; ++i) {
      row_of[i] = static_cast<std::uint32_t>(i / blocks);
      block_of[i] = args.law.first_block + static_cast<std::uint32_t>(column / 4 + i % blocks);
    }
    for (std::int64_t r = first; r < last; r += at_once) {
      const std::int64_t rows = last - r < at_once ? last - r : at_once;
      PhiloxBatch batch;
      const auto id = static_cast<std::uint32_t>(args.first_id + r);
      for (std::int64_t i = 0; i < kPhiloxLanes; ++i) {
        batch.word[0][i] = id + row_of[i];
        batch.word[1][i] = block_of[i];
      }
      for (std::int64_t i = 0; i < rows * blocks && args.row_id != nullptr; ++i) {
        batch.word[0][i] = static_cast<std::uint32_t>(args.row_id[r + row_of[i]]);
      }
      T factor[kDrawnColumns];
      draw_factors(args.law, batch, factor);
      for (std::int64_t i = 0; i < rows; ++i) {
        finish_row(part, factor + i * blocks * 4, args.out + (r + i) * args.out_stride + column);
      }
    }
  }
}

template <typename T>
void normalise_row(const LayerNorm<T>& args, std::int64_t r) {
  const double mean = args.mean[r];
  const double inv_std = args.inv_std[r];
  const T* __restrict x = args.x.data + r * args.x.stride;
  const T* __restrict weight = args.weight;
  const T* __restrict bias = args.bias;
  T* __restrict out = args.out + r * args.out_stride;
  const auto xhat = [=](std::int64_t c) {
    return static_cast<T>((static_cast<double>(x[c]) - mean) * inv_std);
  };
  if (weight != nullptr && bias != nullptr) {
    for (std::int64_t c = 0; c < args.x.columns; ++c) {
      out[c] = xhat(c) * weight[c] + bias[c];
    }
    return;
  }
  for (std::int64_t c = 0; c < args.x.columns; ++c) {
    const T scaled = weight != nullptr ? xhat(c) * weight[c] : xhat(c);
    out[c] = bias != nullptr ? scaled + bias[c] : scaled;
  }
}

template <typename T>
void normalise_rows(const LayerNorm<T>& args, std::int64_t first, std::int64_t last) {
  const std::int64_t columns = args.x.columns;
  const auto count = static_cast<double>(columns);
  for (std::int64_t begin = first; begin < last; begin += kNormRows) {
    const std::int64_t rows = last - begin < kNormRows ? last - begin : kNormRows;
    const T* x = args.x.data + begin * args.x.stride;
    double mean[kNormRows] = {};
    double inv_std[kNormRows] = {};
    for (std::int64_t r = 0; r < rows; ++r) {
      mean[r] = lane_sum(columns, ValueTerm<T>{x + r * args.x.stride});
    }
    for (double& value : mean) {
      value /= count;
    }
    for (std::int64_t r = 0; r < rows; ++r) {
      inv_std[r] = lane_sum(columns, SquareTerm<T>{x + r * args.x.stride, mean[r]});
    }
    const EightDoubles scale = 1.0 / root_of(load_eight(inv_std) / count + args.eps);
    __builtin_memcpy(inv_std, &scale, sizeof scale);
    for (std::int64_t r = 0; r < rows; ++r) {
      args.mean[begin + r] = mean[r];
      args.inv_std[begin + r] = inv_std[r];
      normalise_row(args, begin + r);
    }
    finish_rows(args, begin, begin + rows);
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

/// h = grad weight
template <typename T>
struct GradientTerm {
  const T* grad;
  const T* weight;
  [[nodiscard]] double one(std::int64_t c) const {
    const auto g = static_cast<double>(grad[c]);
    return weight != nullptr ? g * static_cast<double>(weight[c]) : g;
  }
  [[nodiscard]] EightDoubles eight(std::int64_t c) const {
    const EightDoubles g = load_eight(grad + c);
    return weight != nullptr ? g * load_eight(weight + c) : g;
  }
};

/// h xhat
template <typename T>
struct ProductTerm {
  GradientTerm<T> h;
  const T* x;
  double mean;
  double inv_std;
  [[nodiscard]] double xhat(std::int64_t c) const {
    return (static_cast<double>(x[c]) - mean) * inv_std;
  }
  [[nodiscard]] double one(std::int64_t c) const { return h.one(c) * xhat(c); }
  [[nodiscard]] EightDoubles eight(std::int64_t c) const {
    return h.eight(c) * ((load_eight(x + c) - mean) * inv_std);
  }
};

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
    const GradientTerm<T> h{grad, args.weight};
    const ProductTerm<T> product{h, x, mean, inv_std};
    const double h_mean = lane_sum(columns, h) / count;
    const double dot_mean = lane_sum(columns, product) / count;
#pragma GCC ivdep  // grad may be dx: each element is read before it is written
    for (std::int64_t c = 0; c < columns; ++c) {
      dx[c] = static_cast<T>(inv_std * (h.one(c) - h_mean - product.xhat(c) * dot_mean));
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
