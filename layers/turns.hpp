#pragma once

#include <array>
#include <cstdint>
#include <string_view>

#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/edge_parts.hpp"

namespace isthmus::layers {

/// A context with the edges of all types but the last, and one with those of the last: each with
/// its share of what `whole` says of edges. Their graphs live in `parts`.
/// @throws c10::Error  naming `layer`, as check_edge_type() and EdgeParts::of().
[[nodiscard]] std::array<ConvContext, 2> contexts_by_turns(std::string_view layer,
                                                           const ConvContext& whole,
                                                           std::int64_t num_relations,
                                                           EdgeParts& parts);

}  // namespace isthmus::layers
