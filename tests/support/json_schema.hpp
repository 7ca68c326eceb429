#pragma once

#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"

namespace isthmus::test {

/// What is wrong with a document under a JSON Schema, each "PATH: rule"; empty if nothing is.
///
/// Knows the keywords that our schemas use: type, const, enum, properties, required,
/// additionalProperties, items, minimum, maximum, pattern, oneOf. Any other keyword that is not a
/// mere annotation is reported as a mistake of the schema, so that no rule is passed over.
[[nodiscard]] std::vector<std::string> json_schema_errors(const formats::Json& schema,
                                                          const formats::Json& document);

}  // namespace isthmus::test
