#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/formats/json.hpp"

namespace isthmus::cli {

/// "0-59,260" as numbers in 0..most, sorted, each once.
/// @throws InvalidArgument  naming `option`.
[[nodiscard]] std::vector<std::int64_t> parse_id_ranges(std::string_view option,
                                                        const std::string& text, std::int64_t most);

/// Ascending whole numbers of an array, runs as "3-7"; "none" for an empty one.
[[nodiscard]] std::string id_range_text(const formats::Json& ids);

}  // namespace isthmus::cli
