#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/fidelity.hpp"
#include "isthmus/explain/subject.hpp"

namespace isthmus::explain {

/// Entries of a mask as plain numbers: of its edges, or of its features where it has none.
[[nodiscard]] std::vector<double> entries_of(const Explanation& explanation);

/// Runs the model without the selected entries, and with them alone. (What becomes of edges that
/// are not explained is all one: no score depends on them.)
/// @param selected  As entries_of(): 1 for entries of S.
[[nodiscard]] FidelityProbe probe(const Subject& subject, const Explanation& explanation,
                                  std::span<const std::uint8_t> selected);

}  // namespace isthmus::explain
