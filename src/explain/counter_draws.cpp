#include "counter_draws.hpp"

#include <array>
#include <cmath>
#include <numbers>

#include "isthmus/core/philox.hpp"

namespace isthmus::explain {
namespace {

std::uint32_t low(std::uint64_t word) { return static_cast<std::uint32_t>(word); }
std::uint32_t high(std::uint64_t word) { return static_cast<std::uint32_t>(word >> 32U); }

std::array<std::uint32_t, 4> words_at(const DrawPlace& place) {
  // The target goes into the key: the counter is full.
  const auto target = static_cast<std::uint64_t>(place.target);
  const auto key =
      philox4x32({low(target), high(target), 0, place.stream}, {low(place.seed), high(place.seed)});
  const auto item = static_cast<std::uint64_t>(place.item);
  return philox4x32({low(item), high(item), place.column, place.stream}, {key[0], key[1]});
}

/// 52 random bits and one half: never 0 nor 1.
double unit(std::uint32_t a, std::uint32_t b) {
  const std::uint64_t bits = (std::uint64_t{a} << 20U) | (b >> 12U);
  return (static_cast<double>(bits) + 0.5) * 0x1p-52;
}

}  // namespace

double uniform_at(const DrawPlace& place) {
  const auto words = words_at(place);
  return unit(words[0], words[1]);
}

double normal_at(const DrawPlace& place) {
  const auto words = words_at(place);
  return std::sqrt(-2.0 * std::log(unit(words[0], words[1]))) *
         std::cos(2.0 * std::numbers::pi * unit(words[2], words[3]));
}

}  // namespace isthmus::explain
