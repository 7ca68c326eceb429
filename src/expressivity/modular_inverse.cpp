#include "modular_inverse.hpp"

#include <algorithm>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::int64_t kRowsPerChunk = 64;
/// Smaller matrices are inverted by one thread.
constexpr std::int64_t kParallelSize = 256;

std::uint64_t power_modulo(std::uint64_t base, std::uint64_t exponent, std::uint64_t p) {
  std::uint64_t result = 1;
  for (; exponent != 0; exponent >>= 1U) {
    if ((exponent & 1U) != 0) {
      result = result * base % p;
    }
    base = base * base % p;
  }
  return result;
}

/// row += factor * pivot_row, entries of `row` below p^2 before and after.
void add_multiple(std::uint64_t* row, const std::uint64_t* pivot_row, std::uint64_t factor,
                  std::int64_t size, std::uint64_t square) {
  for (std::int64_t j = 0; j < size; ++j) {
    const std::uint64_t sum = row[j] + factor * pivot_row[j];
    row[j] = std::min(sum, sum - square);  // Below p^2, sum - p^2 wraps to a large number.
  }
}

class Elimination {
 public:
  Elimination(std::span<std::uint64_t> matrix, std::int64_t size, std::uint32_t p)
      : matrix_(matrix), size_(size), p_(p) {}

  /// Makes column k a unit vector; false if no row is left that has it.
  bool step(std::int64_t k) {
    std::int64_t found = k;
    while (found < size_ && row(found)[k] % p_ == 0) {
      ++found;
    }
    if (found == size_) {
      return false;
    }
    if (found != k) {
      std::swap_ranges(row(k), row(k) + size_, row(found));
    }
    exchanged_.push_back(found);
    scale(k);
    const std::int64_t chunks =
        size_ < kParallelSize ? 1 : (size_ + kRowsPerChunk - 1) / kRowsPerChunk;
    if (chunks == 1) {
      clear_column(k, 0, size_);
      return true;
    }
    parallel_chunks(chunks, [&](std::int64_t chunk) {
      const std::int64_t first = chunk * kRowsPerChunk;
      clear_column(k, first, std::min(first + kRowsPerChunk, size_));
    });
    return true;
  }

  /// Undoes the row exchanges on the columns of the inverse and reduces all entries.
  void finish() {
    for (std::int64_t k = size_ - 1; k >= 0; --k) {
      if (exchanged_[index(k)] != k) {
        for (std::int64_t i = 0; i < size_; ++i) {
          std::swap(row(i)[k], row(i)[exchanged_[index(k)]]);
        }
      }
    }
    for (std::uint64_t& entry : matrix_) {
      entry %= p_;
    }
  }

 private:
  std::uint64_t* row(std::int64_t i) { return matrix_.data() + i * size_; }

  void scale(std::int64_t k) {
    std::uint64_t* const pivot_row = row(k);
    const std::uint64_t inverse = power_modulo(pivot_row[k] % p_, p_ - 2, p_);
    pivot_row[k] = 1;
    for (std::int64_t j = 0; j < size_; ++j) {
      pivot_row[j] = pivot_row[j] % p_ * inverse % p_;
    }
  }

  void clear_column(std::int64_t k, std::int64_t first, std::int64_t last) {
    for (std::int64_t i = first; i < last; ++i) {
      const std::uint64_t factor = row(i)[k] % p_;
      if (i == k || factor == 0) {
        continue;
      }
      row(i)[k] = 0;
      add_multiple(row(i), row(k), p_ - factor, size_, p_ * p_);
    }
  }

  std::span<std::uint64_t> matrix_;
  std::int64_t size_;
  std::uint64_t p_;
  std::vector<std::int64_t> exchanged_;
};

}  // namespace

std::uint32_t prime_below(std::uint32_t bound) {
  for (std::uint32_t candidate = bound - 1;; --candidate) {
    bool prime = candidate % 2 != 0;
    for (std::uint64_t d = 3; prime && d * d <= candidate; d += 2) {
      prime = candidate % d != 0;
    }
    if (prime) {
      return candidate;
    }
  }
}

InverseOutcome invert_modulo(std::span<std::uint64_t> matrix, std::int64_t size, std::uint32_t p,
                             const CancelToken& cancel) {
  Elimination elimination(matrix, size, p);
  for (std::int64_t k = 0; k < size; ++k) {
    if (cancel.requested()) {
      return InverseOutcome::kCancelled;
    }
    if (!elimination.step(k)) {
      return InverseOutcome::kSingular;
    }
  }
  elimination.finish();
  return InverseOutcome::kDone;
}

}  // namespace isthmus::expressivity
