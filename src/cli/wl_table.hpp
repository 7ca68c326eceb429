#pragma once

#include <string_view>

#include "command_table.hpp"

namespace isthmus::cli {

/// The row of the table of verbs.
[[nodiscard]] VerbSpec wl_verb();

/// The actions of wl that take an option, between blanks: "compare brec". Empty: no option of wl's
/// own.
[[nodiscard]] std::string_view wl_actions_of(std::string_view option);

}  // namespace isthmus::cli
