#include "isthmus/core/philox.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <numeric>
#include <string>
#include <unordered_map>
#include <utility>

#include "isthmus/core/error.hpp"

namespace isthmus {
namespace {

constexpr std::uint32_t low_half(std::uint64_t x) noexcept { return static_cast<std::uint32_t>(x); }
constexpr std::uint32_t high_half(std::uint64_t x) noexcept {
  return static_cast<std::uint32_t>(x >> 32U);
}

// Below this share of n, a hash map of the few displaced values is cheaper than all n values.
constexpr std::int64_t kSparseSampleShare = 8;

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::uint32_t stream,
                           std::uint32_t substream) noexcept
    : key_{low_half(seed), high_half(seed)}, stream_(stream), substream_(substream) {}

std::uint32_t RandomStream::bits() noexcept {
  if (used_ == 4) {
    buffer_ = philox4x32({low_half(block_), high_half(block_), substream_, stream_}, key_);
    ++block_;
    used_ = 0;
  }
  return buffer_[static_cast<std::size_t>(used_++)];
}

double RandomStream::uniform() noexcept {
  const std::uint64_t high = bits() >> 5U;  // 27 bits
  const std::uint64_t low = bits() >> 6U;   // 26 bits
  return static_cast<double>((high << 26U) | low) * 0x1p-53;
}

std::int64_t RandomStream::integer(std::int64_t bound) noexcept {
  const double product = uniform() * static_cast<double>(bound);
  // Up to 2^53 the product cannot round up to bound; above, bound itself may have been rounded up.
  if (product >= 0x1p63) {
    return bound - 1;
  }
  return std::min(static_cast<std::int64_t>(product), bound - 1);
}

double RandomStream::normal() noexcept {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));  // 1 - u is never 0
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::vector<std::int64_t> RandomStream::permutation(std::int64_t n) {
  if (n < 0) {
    throw InvalidArgument("RandomStream::permutation: n must be >= 0, got " + std::to_string(n));
  }
  return sample(n, n);
}

std::vector<std::int64_t> RandomStream::sample(std::int64_t n, std::int64_t k) {
  if (k < 0 || k > n) {
    throw InvalidArgument("RandomStream::sample: k must be in [0, n] with n = " +
                          std::to_string(n) + ", got " + std::to_string(k));
  }
  std::vector<std::int64_t> chosen;
  if (k < n / kSparseSampleShare) {
    // displaced[p] is what the dense shuffle below would hold at p; absent means p itself.
    std::unordered_map<std::int64_t, std::int64_t> displaced;
    const auto value_at = [&displaced](std::int64_t position) {
      const auto found = displaced.find(position);
      return found == displaced.end() ? position : found->second;
    };
    chosen.reserve(static_cast<std::size_t>(k));
    for (std::int64_t i = 0; i < k; ++i) {
      const std::int64_t j = i + integer(n - i);
      chosen.push_back(value_at(j));
      displaced[j] = value_at(i);
    }
    return chosen;
  }
  chosen.resize(static_cast<std::size_t>(n));
  std::iota(chosen.begin(), chosen.end(), std::int64_t{0});
  for (std::int64_t i = 0; i < k; ++i) {
    std::swap(chosen[static_cast<std::size_t>(i)],
              chosen[static_cast<std::size_t>(i + integer(n - i))]);
  }
  chosen.resize(static_cast<std::size_t>(k));
  return chosen;
}

}  // namespace isthmus
