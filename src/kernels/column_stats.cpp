#include "isthmus/kernels/column_stats.hpp"

#include <vector>

#include "block_reduce.hpp"
#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void sums(const Rows<T>& x, double* sum) {
  const auto kernel = active_kernels_of<T>().column_sums;
  reduce_rows(
      x.rows, kStatisticsBlock, x.columns,
      [&](std::int64_t first, std::int64_t last, double* out) { kernel(x, first, last, out); },
      sum);
}

template <typename T>
void squares(const Rows<T>& x, const double* mean, double* sum) {
  const auto kernel = active_kernels_of<T>().column_squares;
  reduce_rows(
      x.rows, kStatisticsBlock, x.columns,
      [&](std::int64_t first, std::int64_t last, double* out) {
        kernel(x, mean, first, last, out);
      },
      sum);
}

template <typename T>
void dots(const Rows<T>& a, const Rows<T>& b, const double* mean, double* sum, double* dot) {
  const auto kernel = active_kernels_of<T>().column_dots;
  const std::int64_t columns = a.columns;
  std::vector<double> zeros;
  if (mean == nullptr) {
    zeros.assign(static_cast<std::size_t>(columns), 0.0);
    mean = zeros.data();
  }
  std::vector<double> both(static_cast<std::size_t>(2 * columns));
  reduce_rows(
      a.rows, kStatisticsBlock, 2 * columns,
      [&](std::int64_t first, std::int64_t last, double* out) {
        kernel(a, b, mean, first, last, out, out + columns);
      },
      both.data());
  std::copy_n(both.data(), columns, sum);
  std::copy_n(both.data() + columns, columns, dot);
}

template <typename T>
void affine(const ColumnAffine<T>& args) {
  const auto kernel = active_kernels_of<T>().column_affine;
  for_row_tasks(args.x.rows, args.x.columns,
                [&](std::int64_t first, std::int64_t last) { kernel(args, first, last); });
}

}  // namespace

void column_sums(const Rows<float>& x, double* sum) { sums(x, sum); }
void column_sums(const Rows<double>& x, double* sum) { sums(x, sum); }
void column_squares(const Rows<float>& x, const double* mean, double* sum) {
  squares(x, mean, sum);
}
void column_squares(const Rows<double>& x, const double* mean, double* sum) {
  squares(x, mean, sum);
}
void column_dots(const Rows<float>& a, const Rows<float>& b, const double* mean, double* sum,
                 double* dot) {
  dots(a, b, mean, sum, dot);
}
void column_dots(const Rows<double>& a, const Rows<double>& b, const double* mean, double* sum,
                 double* dot) {
  dots(a, b, mean, sum, dot);
}
void column_affine(const ColumnAffine<float>& args) { affine(args); }
void column_affine(const ColumnAffine<double>& args) { affine(args); }

}  // namespace isthmus::kernels
