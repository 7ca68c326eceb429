#pragma once

#include "command_table.hpp"

namespace isthmus::cli {

// Rows of the table of verbs: those that take a GRAPH.
[[nodiscard]] VerbSpec curvature_verb();
[[nodiscard]] VerbSpec metrics_verb();
[[nodiscard]] VerbSpec resistance_verb();
[[nodiscard]] VerbSpec rewire_verb();

}  // namespace isthmus::cli
