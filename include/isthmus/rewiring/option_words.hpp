#pragma once

#include <array>
#include <string_view>
#include <utility>

#include "isthmus/rewiring/diffusion.hpp"
#include "isthmus/rewiring/join_components.hpp"
#include "isthmus/rewiring/laser.hpp"
#include "isthmus/rewiring/removal.hpp"
#include "isthmus/rewiring/spectral_prune.hpp"

namespace isthmus::rewiring {

/// What options of methods are called on the command line and in configs: the one table of both.
template <typename Enum>
inline constexpr std::array<std::pair<std::string_view, Enum>, 0> kOptionWords = {};

template <>
inline constexpr std::array kOptionWords<Removal> = {
    std::pair("off", Removal::kOff), std::pair("free", Removal::kFree),
    std::pair("keep-connected", Removal::kKeepConnected)};
template <>
inline constexpr std::array kOptionWords<ComponentRule> = {
    std::pair("within", ComponentRule::kWithin), std::pair("join", ComponentRule::kJoin)};
template <>
inline constexpr std::array kOptionWords<LaserOrbit> = {std::pair("all", LaserOrbit::kAll),
                                                        std::pair("lower", LaserOrbit::kLower)};
template <>
inline constexpr std::array kOptionWords<LaserSymmetrize> = {
    std::pair("none", LaserSymmetrize::kNone), std::pair("union", LaserSymmetrize::kUnion),
    std::pair("intersection", LaserSymmetrize::kIntersection)};
template <>
inline constexpr std::array kOptionWords<DiffusionKernel> = {
    std::pair("ppr", DiffusionKernel::kPageRank), std::pair("heat", DiffusionKernel::kHeat)};
template <>
inline constexpr std::array kOptionWords<DiffusionSymmetrize> = {
    std::pair("none", DiffusionSymmetrize::kNone), std::pair("mean", DiffusionSymmetrize::kMean)};
template <>
inline constexpr std::array kOptionWords<PruneObjective> = {
    std::pair("delete", PruneObjective::kDelete), std::pair("add", PruneObjective::kAdd)};
template <>
inline constexpr std::array kOptionWords<PruneSense> = {std::pair("max", PruneSense::kMax),
                                                        std::pair("min", PruneSense::kMin)};

/// What `word` stands for; `otherwise` where it stands for nothing.
template <typename Enum>
[[nodiscard]] constexpr Enum option_of_word(std::string_view word, Enum otherwise) {
  for (const auto& [name, value] : kOptionWords<Enum>) {
    if (word == name) {
      return value;
    }
  }
  return otherwise;
}

}  // namespace isthmus::rewiring
