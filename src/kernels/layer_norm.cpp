#include "isthmus/kernels/layer_norm.hpp"

#include <vector>

#include "block_reduce.hpp"
#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

template <typename T>
void forward(const LayerNorm<T>& args) {
  const auto kernel = active_kernels_of<T>().layer_norm;
  for_row_tasks(args.x.rows, args.x.columns,
                [&](std::int64_t first, std::int64_t last) { kernel(args, first, last); });
}

template <typename T>
void backward(const LayerNormBackward<T>& args) {
  const std::int64_t columns = args.grad.columns;
  if (args.dx != nullptr) {
    const auto kernel = active_kernels_of<T>().layer_norm_backward;
    for_row_tasks(args.grad.rows, columns,
                  [&](std::int64_t first, std::int64_t last) { kernel(args, first, last); });
  }
  if (args.dweight != nullptr && args.dbias != nullptr) {
    const auto kernel = active_kernels_of<T>().layer_norm_weights;
    std::vector<double> both(static_cast<std::size_t>(2 * columns));
    reduce_rows(
        args.grad.rows, kStatisticsBlock, 2 * columns,
        [&](std::int64_t first, std::int64_t last, double* out) {
          kernel(args, first, last, out, out + columns);
        },
        both.data());
    std::copy_n(both.data(), columns, args.dweight);
    std::copy_n(both.data() + columns, columns, args.dbias);
  }
}

}  // namespace

void layer_norm(const LayerNorm<float>& args) { forward(args); }
void layer_norm(const LayerNorm<double>& args) { forward(args); }
void layer_norm_backward(const LayerNormBackward<float>& args) { backward(args); }
void layer_norm_backward(const LayerNormBackward<double>& args) { backward(args); }

}  // namespace isthmus::kernels
