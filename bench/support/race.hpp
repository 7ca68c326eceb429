#pragma once

#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"

#include "timing.hpp"

namespace isthmus::bench {

/// Holds the contest and prints a line for each: median, minimum, distance of the quartiles, first
/// call, and the time in units of the first contestant's unless others took part of the cores.
/// Returns the samples.
[[nodiscard]] formats::Json race(const std::string& title, std::vector<Contestant>& contestants,
                                 const Rules& rules);

}  // namespace isthmus::bench
