#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "refine_tuples.hpp"
#include "signature_ranks.hpp"
#include "tuple_frame.hpp"

namespace isthmus::expressivity {

/// Numbers signatures that hold sums of hashes, then splits each class into the tuples whose
/// contents are equal, in the order of their contents: the exact classes of the round. `colour`
/// holds the colours of the round before and takes those of this one.
/// @return  How many there are.
///
/// @par Cost  One content() a tuple and as many comparisons, more only where signatures collided;
///            memory 12 T bytes and two contents a thread.
[[nodiscard]] std::int64_t number_exactly(const TupleFrame& frame, const TupleRules& rules,
                                          SignatureRanks& ranks,
                                          std::span<const Signature> signature,
                                          std::span<std::uint32_t> colour);

}  // namespace isthmus::expressivity
