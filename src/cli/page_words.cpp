#include "page_words.hpp"

#include <algorithm>
#include <cstddef>

namespace isthmus::cli {

using formats::Json;

std::string member_text(const Json& value) {
  return value.is_null() ? "-" : value.is_string() ? value.as_string() : formats::write_json(value);
}

std::vector<std::pair<std::string, std::string>> member_facts(const Json& object) {
  std::vector<std::pair<std::string, std::string>> facts;
  for (const auto& [key, value] : object.as_object()) {
    if (!value.is_array() && !value.is_object()) {
      std::string name = key;
      std::replace(name.begin(), name.end(), '_', ' ');
      facts.emplace_back(std::move(name), member_text(value));
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
