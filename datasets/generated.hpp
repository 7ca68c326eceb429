#pragma once

#include "isthmus/datasets/graph_source.hpp"

#include "name_options.hpp"

namespace isthmus::datasets {

/// The set of a name that needs no file: karate, gen:*.
/// @throws InvalidArgument  for an option that it does not have, or that is out of range.
[[nodiscard]] Dataset generate(NameOptions& name);

/// The graphs of gen:botnet and its options, one at a time. @throws as generate().
[[nodiscard]] GraphSource botnet_source(NameOptions& name);

}  // namespace isthmus::datasets
