#pragma once

#include <span>
#include <string>

#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// The sum of fractions in lowest terms, "p/q" or "p" where q = 1, whatever its size: curvatures of
/// a graph with many different degrees have a common denominator of hundreds of digits. "0" for
/// none.
/// @par Cost  One division of the common denominator for each different denominator; it has at most
///            as many bits as all of them together.
[[nodiscard]] std::string exact_sum(std::span<const Fraction> values);

}  // namespace isthmus::rewiring
