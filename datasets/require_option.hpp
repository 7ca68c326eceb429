#pragma once

#include <sstream>
#include <string>
#include <string_view>

#include "isthmus/core/error.hpp"

namespace isthmus::datasets {

/// Refuses an option of a generator. @throws InvalidArgument  "who: option must be rule, got value"
/// unless the rule holds.
template <typename Value>
void require_option(std::string_view who, bool rule_holds, std::string_view option,
                    std::string_view rule, Value got) {
  if (!rule_holds) {
    std::ostringstream text;
    text << who << ": " << option << " must be " << rule << ", got " << got;
    throw InvalidArgument(text.str());
  }
}

}  // namespace isthmus::datasets
