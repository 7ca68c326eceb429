#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "isthmus/formats/json.hpp"
#include "isthmus/rewiring/resistance.hpp"

#include "arguments.hpp"

namespace isthmus::cli {

/// A word of --tier.
[[nodiscard]] inline rewiring::ResistanceTier resistance_tier(std::string_view word) {
  using rewiring::ResistanceTier;
  return word == "dense"    ? ResistanceTier::kDense
         : word == "sparse" ? ResistanceTier::kSparse
         : word == "sketch" ? ResistanceTier::kSketch
                            : ResistanceTier::kAuto;
}

/// What --tier auto chose by; null where the size alone decided.
[[nodiscard]] inline formats::Json factor_cost_json(
    const std::optional<rewiring::FactorCost>& cost) {
  if (!cost) {
    return {};
  }
  formats::Json json = formats::Json::object();
  json["entries"] = cost->entries;
  json["multiplications"] = cost->multiplications;
  json["bytes"] = cost->bytes;
  return json;
}

/// --memory-limit in bytes; -1: what the machine has.
[[nodiscard]] inline std::int64_t memory_limit(const Arguments& arguments) {
  const auto bytes = arguments.bytes("--memory-limit");
  return bytes ? static_cast<std::int64_t>(*bytes) : -1;
}

}  // namespace isthmus::cli
