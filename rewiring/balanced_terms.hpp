#pragma once

#include <cstdint>

#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// What both forms of balanced Forman curvature sum up, without the clause for leaves:
/// 2/lo + 2/hi - 2 + 2 tri/hi + tri/lo + extra / (gamma hi). @pre 1 <= lo <= hi < 2^30, gamma >= 1.
/// @throws ResourceLimit  if lo hi gamma reaches 2^59.
[[nodiscard]] Fraction balanced_terms(std::int64_t lo, std::int64_t hi, std::int64_t tri,
                                      std::int64_t extra, std::int64_t gamma);

}  // namespace isthmus::rewiring
