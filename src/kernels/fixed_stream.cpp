#include "isthmus/kernels/fixed_stream.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "isthmus/core/assert.hpp"
#include "isthmus/kernels/stream_rows.hpp"

#include "block_reduce.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::int64_t kBlock = 1024;

template <typename Body>
void in_blocks(std::size_t elements, const Body& body) {
  const auto count = static_cast<std::int64_t>(elements);
  for_row_tasks((count + kBlock - 1) / kBlock, kBlock, [&](std::int64_t first, std::int64_t last) {
    body(static_cast<std::size_t>(first * kBlock),
         static_cast<std::size_t>(std::min(last * kBlock, count)));
  });
}

bool add_signed(std::span<std::int32_t> x, std::span<const float> f, int bits, int sign) {
  ISTHMUS_ASSERT(x.size() == f.size());
  const Stream stream{x.data(), StreamKind::kFixed, bits};
  std::atomic<bool> fits{true};
  in_blocks(x.size(), [&](std::size_t begin, std::size_t end) {
    if (!stream_add(stream, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end),
                    f.data() + begin, sign)) {
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
  return add_signed(x, f, bits, 1);
}

bool fixed_subtract(std::span<std::int32_t> x, std::span<const float> f, int bits) {
  return add_signed(x, f, bits, -1);
}

void fixed_to_float(std::span<const std::int32_t> x, std::span<float> out, int bits) {
  ISTHMUS_ASSERT(x.size() == out.size());
  const Stream stream{const_cast<std::int32_t*>(x.data()), StreamKind::kFixed, bits};  // NOLINT
  in_blocks(x.size(), [&](std::size_t begin, std::size_t end) {
    stream_values(stream, static_cast<std::int64_t>(begin), static_cast<std::int64_t>(end),
                  out.data() + begin);
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
