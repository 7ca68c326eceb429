#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::cli {

/// "s,t;s,t;..." as pairs of nodes; a file of that name has a pair a line, between blanks or a
/// comma.
/// @throws InvalidArgument  naming `option`, for words that are no such pairs.
/// @throws DataError        for a broken file.
[[nodiscard]] std::vector<Edge> read_pairs(std::string_view option, const std::string& text,
                                           NodeId num_nodes);

/// "2,4,8" as whole numbers >= 0. @throws InvalidArgument naming `option`.
[[nodiscard]] std::vector<std::int32_t> read_counts(std::string_view option,
                                                    const std::string& text);

}  // namespace isthmus::cli
