#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

namespace isthmus {

/// One block of Philox4x32-10: 128 random bits, a pure function of (counter, key).
///
/// Known answers (counter, key -> output): all zeros -> 6627e8d5 e169c58d bc57ac4c 9b00dbd8;
/// all ones -> 408f276d 41c83b0e a20bc7c6 6d5451fd.
///
/// @par Source  Salmon, Moraes, Dror, Shaw: Parallel Random Numbers: As Easy as 1, 2, 3, SC 2011.
[[nodiscard]] constexpr std::array<std::uint32_t, 4> philox4x32(
    std::array<std::uint32_t, 4> counter, std::array<std::uint32_t, 2> key) noexcept {
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = std::uint64_t{0xD2511F53U} * counter[0];
    const std::uint64_t p1 = std::uint64_t{0xCD9E8D57U} * counter[2];
    counter = {static_cast<std::uint32_t>(p1 >> 32U) ^ counter[1] ^ key[0],
               static_cast<std::uint32_t>(p1),
               static_cast<std::uint32_t>(p0 >> 32U) ^ counter[3] ^ key[1],
               static_cast<std::uint32_t>(p0)};
    key[0] += 0x9E3779B9U;
    key[1] += 0xBB67AE85U;
  }
  return counter;
}

/// A named, seekable stream of random draws: word w of stream (seed, stream, substream) is word w %
/// 4 of philox4x32 at counter (low w / 4, high w / 4, substream, stream). Nothing is shared between
/// streams and nothing is global: two streams with different ids never overlap, and copying a
/// stream forks it.
///
/// Draws are our own, so that bits do not depend on the standard library in use.
class RandomStream {
 public:
  RandomStream(std::uint64_t seed, std::uint32_t stream, std::uint32_t substream = 0) noexcept;

  /// 32 uniform bits.
  [[nodiscard]] std::uint32_t bits() noexcept;
  /// Uniform in [0, 1), 53 random bits.
  [[nodiscard]] double uniform() noexcept;
  /// Uniform integer in [0, bound): floor(uniform() * bound). @pre bound >= 1.
  [[nodiscard]] std::int64_t integer(std::int64_t bound) noexcept;
  /// Standard normal (Box-Muller, both halves used).
  [[nodiscard]] double normal() noexcept;
  /// A uniformly random permutation of 0..n-1 (Fisher-Yates). @throws InvalidArgument if n < 0.
  [[nodiscard]] std::vector<std::int64_t> permutation(std::int64_t n);
  /// k distinct values of 0..n-1 in random order. @throws InvalidArgument unless 0 <= k <= n.
  [[nodiscard]] std::vector<std::int64_t> sample(std::int64_t n, std::int64_t k);

 private:
  std::array<std::uint32_t, 2> key_;
  std::uint32_t stream_;
  std::uint32_t substream_;
  std::uint64_t block_ = 0;
  std::array<std::uint32_t, 4> buffer_{};
  int used_ = 4;
  bool has_spare_ = false;
  double spare_ = 0.0;
};

}  // namespace isthmus
