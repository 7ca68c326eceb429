#pragma once

#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"

namespace isthmus::cli {

/// How numbers are spread: {min, max, mean, sum, std, p01, p10, p50, p90, p99, share_negative,
/// histogram[{lo, hi, count}]}. std is the population's; percentiles interpolate linearly between
/// the two nearest; the histogram has 20 equal bins from min to max, hi included in the last, one
/// where all are equal. Without numbers all are null, and the histogram empty.
[[nodiscard]] formats::Json distribution_json(std::vector<double> numbers);

/// The histogram of such a document for a terminal: two bins a line, "lo .. hi", a bar of up to 40
/// marks, the count. A bin that is not empty has a mark. Empty without numbers.
[[nodiscard]] std::string histogram_text(const formats::Json& distribution);

}  // namespace isthmus::cli
