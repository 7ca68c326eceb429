#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mix.hpp"

namespace isthmus::expressivity {

/// number_signatures() round after round in the same memory: 36 K bytes and a table of 8 to 16 K.
class SignatureRanks {
 public:
  /// Writes the colours; returns how many there are. @pre colour.size() == signatures.size().
  [[nodiscard]] std::int64_t number(std::span<const Signature> signatures,
                                    std::span<std::uint32_t> colour);

 private:
  [[nodiscard]] std::uint32_t& slot_of(const Signature& signature);
  void grow();

  std::vector<Signature> different_;  ///< In the order of their first object.
  std::vector<std::uint32_t> table_;  ///< Open addressing: 1 + place in different_, 0 = free.
  std::vector<std::uint32_t> order_;
  std::vector<std::uint32_t> rank_;
};

}  // namespace isthmus::expressivity
