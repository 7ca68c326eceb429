#pragma once

#include <string>
#include <utility>
#include <vector>

#include "isthmus/formats/json.hpp"
#include "isthmus/graph/graph.hpp"

#include "graph_argument.hpp"

namespace isthmus::cli {

/// A member of a document as people read it: text without quotes, "-" for null.
[[nodiscard]] std::string member_text(const formats::Json& value);

/// A name with blanks for its underscores: "4-Vertex Condition".
[[nodiscard]] std::string without_underscores(std::string name);

/// Members of an object by their names, blanks for underscores; lists and objects are left out.
[[nodiscard]] std::vector<std::pair<std::string, std::string>> member_facts(
    const formats::Json& object);

/// A node by its number, with the name that its file gives it: "3 (alice)".
[[nodiscard]] std::string node_label(const GraphArgument& input, NodeId v);

}  // namespace isthmus::cli
