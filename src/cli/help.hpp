#pragma once

#include <string>

#include "command_table.hpp"

namespace isthmus::cli {

/// Text of `isthmus help`: one line per verb.
[[nodiscard]] std::string overview_help();

/// Text of `isthmus VERB --help`: two examples, then words and options with defaults and ranges.
[[nodiscard]] std::string verb_help(const VerbSpec& verb);

}  // namespace isthmus::cli
