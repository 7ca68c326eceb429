#include "isthmus/kernels/dropout.hpp"

#include <cmath>
#include <sstream>

#include "isthmus/core/error.hpp"

#include "block_reduce.hpp"
#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

/// A random word costs about as much as copying this many elements.
constexpr std::int64_t kElementCost = 4;

template <typename T>
void dense(const Dropout<T>& args) {
  const auto kernel = active_kernels_of<T>().dropout;
  for_row_tasks(args.x.rows, kElementCost * args.x.columns,
                [&](std::int64_t first, std::int64_t last) { kernel(args, first, last); });
}

template <typename T>
void sparse(const SparseDropout<T>& args) {
  const auto kernel = active_kernels_of<T>().sparse_dropout;
  const std::int64_t entries = args.rows == 0 ? 0 : args.rowptr[args.rows];
  const std::int64_t mean_entries = args.rows == 0 ? 0 : entries / args.rows;
  for_row_tasks(args.rows, 4 * kElementCost * mean_entries,
                [&](std::int64_t first, std::int64_t last) { kernel(args, first, last); });
}

}  // namespace

DropoutLaw dropout_law(double p, std::uint64_t seed, std::uint32_t layer, std::uint32_t step) {
  if (!(p >= 0.0 && p < 1.0)) {
    std::ostringstream text;
    text << "dropout: p must be in [0, 1), got " << p;
    throw InvalidArgument(text.str());
  }
  DropoutLaw law;
  law.threshold = static_cast<std::uint32_t>(std::floor(std::ldexp(p, 32)));
  law.scale = 1.0 / (1.0 - p);
  law.seed = seed;
  law.layer = layer;
  law.step = step;
  return law;
}

void dropout(const Dropout<float>& args) { dense(args); }
void dropout(const Dropout<double>& args) { dense(args); }
void sparse_dropout(const SparseDropout<float>& args) { sparse(args); }
void sparse_dropout(const SparseDropout<double>& args) { sparse(args); }

}  // namespace isthmus::kernels
