#include "isthmus/kernels/gin_block.hpp"

#include <algorithm>
#include <atomic>
#include <type_traits>
#include <vector>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/kernels/row_chunks.hpp"

#include "block_reduce.hpp"
#include "dispatch.hpp"
#include "gin_tile.hpp"

namespace isthmus::kernels {
namespace {

/// Rows of a stream as T: in place where it holds such, else copied into a tile.
template <typename T>
class StreamTile {
 public:
  StreamTile(const Stream& stream, std::int64_t columns)
      : stream_(stream),
        columns_(columns),
        in_place_(stream.kind == (std::is_same_v<T, float> ? StreamKind::kF32 : StreamKind::kF64)),
        tile_(in_place_ ? 0 : static_cast<std::size_t>(kFusedRows * columns)) {}

  const T* rows(std::int64_t first, std::int64_t count) {
    if (in_place_) {
      return static_cast<const T*>(stream_.data) + first * columns_;
    }
    stream_values(stream_, first * columns_, (first + count) * columns_, tile_.data());
    return tile_.data();
  }

 private:
  Stream stream_;
  std::int64_t columns_;
  bool in_place_;
  std::vector<T> tile_;
};

/// body(first, rows) over the tiles of [begin, end).
template <typename Body>
void for_tiles(std::int64_t begin, std::int64_t end, const Body& body) {
  for (std::int64_t first = begin; first < end; first += kFusedRows) {
    body(first, std::min(kFusedRows, end - first));
  }
}

/// What chunks add to sums of `width` doubles, and their sum in ascending order.
class ChunkSums {
 public:
  ChunkSums(std::int64_t chunks, std::int64_t width)
      : width_(width), sums_(static_cast<std::size_t>(chunks * width), 0.0) {}
  double* of(std::int64_t chunk) { return sums_.data() + chunk * width_; }
  /// sum[0 .. count) = the sums from place `first` on.
  void total(std::int64_t first, std::int64_t count, double* sum) const {
    std::fill_n(sum, count, 0.0);
    for (std::size_t at = 0; at < sums_.size(); at += static_cast<std::size_t>(width_)) {
      const double* part = sums_.data() + at + first;
      for (std::int64_t c = 0; c < count; ++c) {
        sum[c] += part[c];
      }
    }
  }

 private:
  std::int64_t width_;
  std::vector<double> sums_;
};

template <typename T>
void normalise(const Stream& u, const LayerNorm<T>& args) {
  const auto kernel = active_kernels_of<T>().layer_norm;
  const std::int64_t columns = args.x.columns;
  for_row_tasks(args.x.rows, columns, [&](std::int64_t begin, std::int64_t end) {
    StreamTile<T> tile(u, columns);
    for_tiles(begin, end, [&](std::int64_t first, std::int64_t rows) {
      LayerNorm<T> part = args;
      part.x = {tile.rows(first, rows), columns, rows, columns};
      part.out += first * args.out_stride;
      part.mean += first;
      part.inv_std += first;
      part.row_id = args.row_id == nullptr ? nullptr : args.row_id + first;
      part.first_id += first;
      part.marks = args.marks == nullptr ? nullptr : args.marks + first * mark_words(columns);
      kernel(part, 0, rows);
    });
  });
}

/// Moments of `count` more rows into those of the `before` rows so far. m2: sums of squares around
/// the mean.
void combine(double before, double count, std::int64_t columns, const double* mean_b,
             const double* m2_b, double* mean, double* m2) {
  const double share = count / (before + count);
  for (std::int64_t c = 0; c < columns; ++c) {
    const double apart = mean_b[c] - mean[c];
    mean[c] += apart * share;
    m2[c] += m2_b[c] + apart * apart * before * share;
  }
}

template <typename T>
void moments_of(const GinMlp<T>& args, RowRanges chunks, const ColumnMoments& moments) {
  ISTHMUS_ASSERT(!args.after);
  const TypedKernels<T>& kernels = active_kernels_of<T>();
  const std::int64_t columns = args.outputs;
  ChunkSums parts(chunks.count, 2 * columns);
  GinMlp<T> with = args;
  with.after = [&](std::int64_t chunk, std::int64_t first, std::int64_t rows, const T* out) {
    const Rows<T> tile{out, columns, rows, columns};
    const auto count = static_cast<double>(rows);
    std::vector<double> mean(static_cast<std::size_t>(columns));
    std::vector<double> m2(static_cast<std::size_t>(columns));
    kernels.column_sums(tile, 0, rows, mean.data());
    for (double& value : mean) {
      value /= count;
    }
    kernels.column_squares(tile, mean.data(), 0, rows, m2.data());
    double* part = parts.of(chunk);
    combine(static_cast<double>(first - chunks.first_row[chunk]), count, columns, mean.data(),
            m2.data(), part, part + columns);
  };
  gin_mlp(with, chunks);
  std::fill_n(moments.mean, columns, 0.0);
  std::fill_n(moments.var, columns, 0.0);
  for (std::int64_t chunk = 0; chunk < chunks.count; ++chunk) {
    const std::int64_t first = chunks.first_row[chunk];
    const double* part = parts.of(chunk);
    combine(static_cast<double>(first - chunks.first_row[0]),
            static_cast<double>(chunks.first_row[chunk + 1] - first), columns, part, part + columns,
            moments.mean, moments.var);
  }
  const std::int64_t rows = chunks.count == 0 ? 0 : chunks.first_row[chunks.count];
  for (std::int64_t c = 0; c < columns && rows > 0; ++c) {
    moments.var[c] /= static_cast<double>(rows);
  }
}

/// f of the rows of one tile, in `to`, or the rows themselves.
template <typename T>
const T* scaled(const T* out, std::int64_t rows, std::int64_t columns, const BatchScale<T>& scale,
                std::vector<T>& to) {
  if (scale.scale == nullptr) {
    return out;
  }
  to.resize(static_cast<std::size_t>(kFusedRows * columns));
  ColumnAffine<T> affine;
  affine.x = {out, columns, rows, columns};
  affine.shift = scale.shift;
  affine.scale = scale.scale;
  affine.offset = scale.offset;
  affine.out = to.data();
  affine.out_stride = columns;
  active_kernels_of<T>().column_affine(affine, 0, rows);
  return to.data();
}

template <typename T>
bool add_scaled(const Rows<T>& out, const BatchScale<T>& scale, const Stream& x) {
  std::atomic<bool> fits{true};
  for_row_tasks(out.rows, out.columns, [&](std::int64_t begin, std::int64_t end) {
    std::vector<T> tile;
    for_tiles(begin, end, [&](std::int64_t first, std::int64_t rows) {
      const T* f = scaled(out.data + first * out.columns, rows, out.columns, scale, tile);
      if (!stream_add(x, first * out.columns, (first + rows) * out.columns, f, 1)) {
        fits.store(false, std::memory_order_relaxed);
      }
    });
  });
  return fits.load();
}

template <typename T>
void sums_of(const Stream& g, const Rows<T>& out, RowRanges chunks, const GradientSums& sums) {
  const auto kernel = active_kernels_of<T>().column_dots;
  const std::int64_t columns = out.columns;
  ChunkSums parts(chunks.count, 2 * columns);
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    StreamTile<T> tile(g, columns);
    double* part = parts.of(chunk);
    for_tiles(chunks.first_row[chunk], chunks.first_row[chunk + 1],
              [&](std::int64_t first, std::int64_t rows) {
                kernel({tile.rows(first, rows), columns, rows, columns},
                       {out.data + first * columns, columns, rows, columns}, sums.mean, 0, rows,
                       part, part + columns);
              });
  });
  parts.total(0, columns, sums.sum);
  parts.total(columns, columns, sums.dot);
}

template <typename T>
bool rebuild(const GinRebuild<T>& args, RowRanges chunks) {
  ISTHMUS_ASSERT(!args.mlp.after);
  const auto kernel = active_kernels_of<T>().column_dots;
  const std::int64_t columns = args.mlp.outputs;
  const bool with_sums = args.sums.sum != nullptr;
  ChunkSums parts(with_sums ? chunks.count : 0, 2 * columns);
  std::atomic<bool> fits{true};
  GinMlp<T> with = args.mlp;
  with.after = [&](std::int64_t chunk, std::int64_t first, std::int64_t rows, const T* out) {
    std::vector<T> tile;
    const T* f = scaled(out, rows, columns, args.scale, tile);
    if (!stream_add(args.x, first * columns, (first + rows) * columns, f, -1)) {
      fits.store(false, std::memory_order_relaxed);
    }
    if (with_sums) {
      StreamTile<T> g(args.g, columns);
      double* part = parts.of(chunk);
      kernel({g.rows(first, rows), columns, rows, columns}, {out, columns, rows, columns},
             args.sums.mean, 0, rows, part, part + columns);
    }
  };
  gin_mlp(with, chunks);
  if (with_sums) {
    parts.total(0, columns, args.sums.sum);
    parts.total(columns, columns, args.sums.dot);
  }
  return fits.load();
}

template <typename T>
void scaled_backward(const Stream& g, const BatchScaleBackward<T>& scale,
                     const GinMlpBackward<T>& args) {
  const std::int64_t columns = args.outputs;
  GinMlpBackward<T> with = args;
  with.before = [&](std::int64_t first, std::int64_t rows, T* grad) {
    if (scale.scale == nullptr) {
      stream_values(g, first * columns, (first + rows) * columns, grad);
      return;
    }
    StreamTile<T> tile(g, columns);
    ColumnAffine<T> affine;
    affine.x = {tile.rows(first, rows), columns, rows, columns};
    affine.shift = scale.grad_mean;
    affine.scale = scale.scale;
    affine.y = args.out + first * columns;
    affine.y_stride = columns;
    affine.y_shift = scale.shift;
    affine.y_scale = scale.slope;
    affine.out = grad;
    affine.out_stride = columns;
    active_kernels_of<T>().column_affine(affine, 0, rows);
  };
  gin_mlp_backward(with);
}

/// The part of layer_norm_backward() for the rows of one tile.
template <typename T>
LayerNormBackward<T> norm_of_tile(const AdjointNorm<T>& args, std::int64_t first, std::int64_t rows,
                                  const T* x, const T* grad, T* dx) {
  const std::int64_t columns = args.sum.width;
  LayerNormBackward<T> part = args.norm;
  part.grad = {grad, columns, rows, columns};
  part.x = x;
  part.x_stride = columns;
  part.mean += first;
  part.inv_std += first;
  part.dx = dx;
  part.dx_stride = columns;
  part.gate += first * columns;
  part.gate_stride = columns;
  return part;
}

template <typename T>
void adjoint(const AdjointNorm<T>& args, RowRanges chunks) {
  const TypedKernels<T>& kernels = active_kernels_of<T>();
  const std::int64_t columns = args.sum.width;
  ChunkSums weights(chunks.count, 2 * columns);
  parallel_chunks(chunks.count, [&](std::int64_t chunk) {
    StreamTile<T> u(args.u, columns);
    std::vector<T> dz(static_cast<std::size_t>(kFusedRows * columns));
    std::vector<T> dx(dz.size());
    for_tiles(chunks.first_row[chunk], chunks.first_row[chunk + 1],
              [&](std::int64_t first, std::int64_t rows) {
                SegmentSum<T> sum = from_row(args.sum, first);
                sum.out = dz.data();
                sum.out_stride = columns;
                kernels.segment_sum(sum, 0, rows);
                T* to = args.du != nullptr ? args.du + first * columns : dx.data();
                const LayerNormBackward<T> norm =
                    norm_of_tile(args, first, rows, u.rows(first, rows), dz.data(), to);
                kernels.layer_norm_backward(norm, 0, rows);
                double* part = weights.of(chunk);
                kernels.layer_norm_weights(norm, 0, rows, part, part + columns);
                for (std::int64_t i = 0; i < args.targets; ++i) {
                  // A gradient stream is of floating point, which holds any sum.
                  (void)stream_add(args.target[i], first * columns, (first + rows) * columns, to,
                                   1);
                }
              });
  });
  weights.total(0, columns, args.norm.dweight);
  weights.total(columns, columns, args.norm.dbias);
}

}  // namespace

void stream_norm(const Stream& u, const LayerNorm<float>& args) { normalise(u, args); }
void stream_norm(const Stream& u, const LayerNorm<double>& args) { normalise(u, args); }

void gin_mlp_moments(const GinMlp<float>& args, RowRanges chunks, const ColumnMoments& moments) {
  moments_of(args, chunks, moments);
}
void gin_mlp_moments(const GinMlp<double>& args, RowRanges chunks, const ColumnMoments& moments) {
  moments_of(args, chunks, moments);
}

bool stream_add_scaled(const Rows<float>& out, const BatchScale<float>& scale, const Stream& x) {
  return add_scaled(out, scale, x);
}
bool stream_add_scaled(const Rows<double>& out, const BatchScale<double>& scale, const Stream& x) {
  return add_scaled(out, scale, x);
}

void gradient_sums(const Stream& g, const Rows<float>& out, RowRanges chunks,
                   const GradientSums& sums) {
  sums_of(g, out, chunks, sums);
}
void gradient_sums(const Stream& g, const Rows<double>& out, RowRanges chunks,
                   const GradientSums& sums) {
  sums_of(g, out, chunks, sums);
}

bool gin_rebuild(const GinRebuild<float>& args, RowRanges chunks) { return rebuild(args, chunks); }
bool gin_rebuild(const GinRebuild<double>& args, RowRanges chunks) { return rebuild(args, chunks); }

void gin_mlp_scaled_backward(const Stream& g, const BatchScaleBackward<float>& scale,
                             const GinMlpBackward<float>& args) {
  scaled_backward(g, scale, args);
}
void gin_mlp_scaled_backward(const Stream& g, const BatchScaleBackward<double>& scale,
                             const GinMlpBackward<double>& args) {
  scaled_backward(g, scale, args);
}

void adjoint_norm(const AdjointNorm<float>& args, RowRanges chunks) { adjoint(args, chunks); }
void adjoint_norm(const AdjointNorm<double>& args, RowRanges chunks) { adjoint(args, chunks); }

}  // namespace isthmus::kernels
