#include "page_words.hpp"

#include <algorithm>
#include <cstddef>

namespace isthmus::cli {

using formats::Json;

std::string member_text(const Json& value) {
  return value.is_null() ? "-" : value.is_string() ? value.as_string() : formats::write_json(value);
}

std::string without_underscores(std::string name) {
  std::replace(name.begin(), name.end(), '_', ' ');
  return name;
}

std::vector<std::pair<std::string, std::string>> member_facts(const Json& object) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& [key, value] : object.as_object()) {
    if (!value.is_array() && !value.is_object()) {
      facts.emplace_back(without_underscores(key), member_text(value));
    }
  }
  return facts;
}

std::string node_label(const GraphArgument& input, NodeId v) {
  const auto i = static_cast<std::size_t>(v);
  return i < input.names.size() ? std::to_string(v) + " (" + input.names[i] + ")"
                                : std::to_string(v);
}

}  // namespace isthmus::cli
