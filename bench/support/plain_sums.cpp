#include "plain_sums.hpp"

#include <algorithm>
#include <cstddef>

#include "isthmus/core/parallel_chunks.hpp"

#if defined(ISTHMUS_BENCH_EIGEN)
#include <Eigen/SparseCore>
#endif

namespace isthmus::bench {
namespace {

#if defined(__x86_64__)
__attribute__((target_clones("arch=haswell", "default")))
#endif
void add_row(const ValuedSum& args, std::int64_t row) {
  float* const __restrict out = args.out + row * args.width;
  std::fill(out, out + args.width, 0.0F);
  for (std::int64_t edge = args.rowptr[row]; edge < args.rowptr[row + 1]; ++edge) {
    const float* const __restrict x = args.x + args.col[edge] * args.width;
    const float value = args.value[edge];
    for (std::int64_t f = 0; f < args.width; ++f) {
      out[f] += value * x[f];
    }
  }
}

}  // namespace

void aten_style_sum(const ValuedSum& args, const RowChunks& chunks) {
  parallel_chunks(chunks.size(), [&](std::int64_t chunk) {
    const auto c = static_cast<std::size_t>(chunk);
    for (NodeId row = chunks.first_row[c]; row < chunks.first_row[c + 1]; ++row) {
      add_row(args, row);
    }
  });
}

#if defined(ISTHMUS_BENCH_EIGEN)

bool has_eigen() noexcept { return true; }

void eigen_sum(const ValuedSum& args) {
  using Matrix = Eigen::Matrix<float, Eigen::Dynamic, Eigen::Dynamic, Eigen::RowMajor>;
  using Sparse = Eigen::SparseMatrix<float, Eigen::RowMajor, std::int64_t>;
  const Eigen::Map<const Sparse> a(args.rows, args.sources, args.edges, args.rowptr, args.col,
                                   args.value);
  const Eigen::Map<const Matrix> x(args.x, args.sources, args.width);
  Eigen::Map<Matrix>(args.out, args.rows, args.width).noalias() = a * x;
}

#else

bool has_eigen() noexcept { return false; }

void eigen_sum(const ValuedSum& /*args*/) {}

#endif

}  // namespace isthmus::bench
