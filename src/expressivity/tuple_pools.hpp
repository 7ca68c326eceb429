#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "refine_tuples.hpp"
#include "signature_ranks.hpp"
#include "tuple_frame.hpp"

namespace isthmus::expressivity {

/// The classes of graphs that a round's colours pool to; its memory is kept from round to round.
class TuplePools {
 public:
  TuplePools(const TupleFrame& frame, TuplePooling pooling, bool exact);

  /// [G] Equal iff the pooled colours and n are equal: by sums of mixes, or sorted if exact.
  [[nodiscard]] std::vector<std::uint32_t> classes(std::span<const std::uint32_t> colour);

 private:
  [[nodiscard]] std::vector<std::uint32_t> hashed(std::span<const std::uint32_t> colour);
  [[nodiscard]] std::vector<std::uint32_t> sorted(std::span<const std::uint32_t> colour);

  const TupleFrame& frame_;
  TuplePooling pooling_;
  bool exact_;
  std::vector<Signature> line_;  ///< Of each line (or column) of all graphs.
  std::vector<Signature> graph_;
  SignatureRanks ranks_;
};

}  // namespace isthmus::expressivity
