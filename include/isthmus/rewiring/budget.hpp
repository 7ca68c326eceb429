#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace isthmus::rewiring {

/// Steps that a budget stands for: "K" is K, "p%" of a graph of m edges is p m / 100, halves up and
/// without rounding on the way; p may be a decimal or a fraction.
///
/// @param num_edges  m >= 0.
/// @return  Nothing if the text is neither, or its number is negative or leaves 64 bits.
[[nodiscard]] std::optional<std::int64_t> steps_of_budget(std::string_view text,
                                                          std::int64_t num_edges);

}  // namespace isthmus::rewiring
