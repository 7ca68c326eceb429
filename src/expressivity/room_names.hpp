#pragma once

#include <cstdint>

#include "mix.hpp"

namespace isthmus::expressivity {

/// Names of classes for SplitRounds, by the mix of the room: their values may change.
struct RoomNames {
  [[nodiscard]] static Signature start(std::uint64_t label) { return mix(label, 1); }
  [[nodiscard]] static Signature heard(const Signature& name) { return mix(name, 2); }
  [[nodiscard]] static Signature along(const Signature& heard, std::uint64_t label) {
    return mix(heard, label + 3);
  }
  [[nodiscard]] static Signature part(const Signature& parent, const Signature& sum,
                                      std::uint64_t round) {
    return of_three(parent, sum, round, 4);
  }
  [[nodiscard]] static Signature kept(const Signature& parent, const Signature& sum,
                                      std::uint64_t round) {
    return of_three(parent, sum, round, 5);
  }
  [[nodiscard]] static Signature pooled(const Signature& name) { return mix(name, 6); }

 private:
  static Signature of_three(const Signature& parent, const Signature& sum, std::uint64_t round,
                            std::uint64_t salt) {
    Signature whole = mix(parent, 7);
    whole += mix(sum, 8);
    whole += mix(round, 9);
    return mix(whole, salt);
  }
};

}  // namespace isthmus::expressivity
