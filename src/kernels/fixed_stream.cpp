#include "isthmus/kernels/fixed_stream.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <cmath>
#include <limits>

#include "isthmus/core/assert.hpp"

#include "block_reduce.hpp"

namespace isthmus::kernels {
namespace {

// Added to a double below 2^51 it leaves the nearest integer, ties to even, in the last bits; the
// compiler turns that into vectors at any SIMD level, which it does not with lrint().
constexpr double kRounder = 6755399441055744.0;  // 1.5 * 2^52
// Sums beyond 32 bits are found for summands below this.
constexpr double kLargest = 4294967296.0;
constexpr std::int64_t kBlock = 1024;

template <typename Body>
void in_blocks(std::size_t elements, const Body& body) {
  const auto count = static_cast<std::int64_t>(elements);
  for_row_tasks((count + kBlock - 1) / kBlock, kBlock, [&](std::int64_t first, std::int64_t last) {
    body(static_cast<std::size_t>(first * kBlock),
         static_cast<std::size_t>(std::min(last * kBlock, count)));
  });
}

template <int kSign>
bool add_signed(std::span<std::int32_t> x, std::span<const float> f, int bits) {
  ISTHMUS_ASSERT(x.size() == f.size());
  const double scale = std::ldexp(1.0, bits);
  std::atomic<bool> fits{true};
  in_blocks(x.size(), [&](std::size_t begin, std::size_t end) {
    std::int32_t* __restrict to = x.data();
    const float* __restrict from = f.data();
    bool fine = true;
    for (std::size_t i = begin; i < end; ++i) {
      const double scaled = static_cast<double>(from[i]) * scale;
      // False for NaN too.
      const bool small = std::abs(scaled) < kLargest;
      const std::int64_t units = std::bit_cast<std::int64_t>((small ? scaled : 0.0) + kRounder) -
                                 std::bit_cast<std::int64_t>(kRounder);
      const std::int64_t sum = to[i] + kSign * units;
      fine = fine && small && sum == static_cast<std::int32_t>(sum);
      to[i] = static_cast<std::int32_t>(sum);
    }
    if (!fine) {
      fits.store(false, std::memory_order_relaxed);
    }
  });
  return fits.load();
}

/// A value at a position, mixed so that swapped or changed values show (the finaliser of
/// SplitMix64).
std::uint64_t mixed(std::uint64_t position, std::int32_t value) {
  std::uint64_t z = position * 0x9E3779B97F4A7C15U + static_cast<std::uint32_t>(value);
  z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
  z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
  return z ^ (z >> 31U);
}

}  // namespace

bool fixed_add(std::span<std::int32_t> x, std::span<const float> f, int bits) {
  return add_signed<1>(x, f, bits);
}

bool fixed_subtract(std::span<std::int32_t> x, std::span<const float> f, int bits) {
  return add_signed<-1>(x, f, bits);
}

void fixed_to_float(std::span<const std::int32_t> x, std::span<float> out, int bits) {
  ISTHMUS_ASSERT(x.size() == out.size());
  const auto unit = static_cast<float>(std::ldexp(1.0, -bits));
  in_blocks(x.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      out[i] = static_cast<float>(x[i]) * unit;
    }
  });
}

void fixed_sum_to_float(std::span<const std::int32_t* const> terms, std::span<float> out,
                        int bits) {
  const auto unit = static_cast<float>(std::ldexp(1.0, -bits));
  in_blocks(out.size(), [&](std::size_t begin, std::size_t end) {
    for (std::size_t i = begin; i < end; ++i) {
      std::int64_t sum = 0;
      for (const std::int32_t* term : terms) {
        sum += term[i];
      }
      out[i] = static_cast<float>(sum) * unit;
    }
  });
}

std::uint64_t fixed_checksum(std::span<const std::int32_t> x, std::uint64_t first) {
  std::atomic<std::uint64_t> total{0};
  in_blocks(x.size(), [&](std::size_t begin, std::size_t end) {
    std::uint64_t sum = 0;
    for (std::size_t i = begin; i < end; ++i) {
      sum += mixed(first + i, x[i]);
    }
    total.fetch_add(sum, std::memory_order_relaxed);  // whole numbers: any order, same sum
  });
  return total.load();
}

}  // namespace isthmus::kernels
