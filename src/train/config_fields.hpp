#pragma once

#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "isthmus/train/config.hpp"

namespace isthmus::train {

/// Where a key's value lives in a Config.
using ConfigSlot = std::variant<std::uint64_t*, std::int64_t*, double*, bool*, std::string*,
                                std::vector<std::int64_t>*>;

/// One key of a config: its place, and what its value may be.
struct ConfigField {
  std::string_view name;
  ConfigSlot (*slot)(Config&);
  std::span<const std::string_view> choices = {};  ///< Of a text; empty: any.
  double least = std::numeric_limits<double>::lowest();
  double most = std::numeric_limits<double>::max();
  bool below_most = false;  ///< `most` itself is refused.
};

/// Every key, in the order in which a resolved config is written.
[[nodiscard]] std::span<const ConfigField> config_fields();

/// "[0, 1)", ">= 0" or empty: the range of a number in words.
[[nodiscard]] std::string range_of(const ConfigField& field);

}  // namespace isthmus::train
