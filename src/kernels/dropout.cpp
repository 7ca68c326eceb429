#include "isthmus/kernels/dropout.hpp"

#include <algorithm>
#include <cmath>
#include <sstream>
#include <vector>

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

std::int64_t mark_words(std::int64_t columns) { return (columns + 31) / 32; }

void dropout_marks(const DropoutMarks& args) {
  const auto kernel = active_kernels_of<float>().dropout;
  const std::int64_t words = mark_words(args.columns);
  const std::vector<float> ones(static_cast<std::size_t>(args.columns), 1.0F);
  for_row_tasks(args.rows, kElementCost * args.columns, [&](std::int64_t first, std::int64_t last) {
    std::vector<float> factor(ones.size());
    for (std::int64_t r = first; r < last; ++r) {
      const std::int32_t id =
          args.row_id == nullptr ? static_cast<std::int32_t>(r) : args.row_id[r];
      kernel({{ones.data(), args.columns, 1, args.columns},
              args.law,
              factor.data(),
              args.columns,
              &id},
             0, 1);
      std::uint32_t* const marks = args.words + r * words;
      std::fill_n(marks, words, 0U);
      for (std::int64_t c = 0; c < args.columns; ++c) {
        marks[c / 32] |= (factor[static_cast<std::size_t>(c)] > 0.0F ? 1U : 0U) << (c % 32);
      }
    }
  });
}

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
