#include "support/json_schema.hpp"

#include <algorithm>
#include <array>
#include <regex>
#include <string_view>

namespace isthmus::test {
namespace {

using formats::Json;
using Errors = std::vector<std::string>;

bool has_type(const Json& value, const std::string& type) {
  return (type == "null" && value.is_null()) || (type == "boolean" && value.is_bool()) ||
         (type == "integer" && value.is_integer()) || (type == "number" && value.is_number()) ||
         (type == "string" && value.is_string()) || (type == "array" && value.is_array()) ||
         (type == "object" && value.is_object());
}

bool has_any_type(const Json& value, const Json& types) {
  if (types.is_string()) {
    return has_type(value, types.as_string());
  }
  const auto& list = types.as_array();
  return std::any_of(list.begin(), list.end(),
                     [&](const Json& type) { return has_type(value, type.as_string()); });
}

void check(const Json& schema, const Json& value, const std::string& path, Errors& errors);

void check_members(const Json& schema, const Json& value, const std::string& path, Errors& errors) {
  const Json* properties = schema.find("properties");
  const Json* others = schema.find("additionalProperties");
  for (const auto& [key, member] : value.as_object()) {
    const Json* rule = properties == nullptr ? nullptr : properties->find(key);
    if (rule != nullptr) {
      check(*rule, member, path + "." + key, errors);
    } else if (others != nullptr && others->is_object()) {
      check(*others, member, path + "." + key, errors);
    } else if (others != nullptr && !others->as_bool()) {
      errors.push_back(path + ": unknown key " + key);
    }
  }
  if (const Json* required = schema.find("required")) {
    for (const Json& key : required->as_array()) {
      if (value.find(key.as_string()) == nullptr) {
        errors.push_back(path + ": key " + key.as_string() + " is missing");
      }
    }
  }
}

void check_one_of(const Json& alternatives, const Json& value, const std::string& path,
                  Errors& errors) {
  int fitting = 0;
  std::string tried;
  for (const Json& alternative : alternatives.as_array()) {
    Errors its_errors;
    check(alternative, value, path, its_errors);
    fitting += its_errors.empty() ? 1 : 0;
    tried += its_errors.empty() ? "" : " [" + its_errors.front() + "]";
  }
  if (fitting != 1) {
    errors.push_back(path + ": fits " + std::to_string(fitting) + " of oneOf:" + tried);
  }
}

void check_keywords(const Json& schema, const std::string& path, Errors& errors) {
  constexpr std::array<std::string_view, 14> kKnown = {
      "type",  "const",      "enum",    "properties", "required", "additionalProperties",
      "items", "oneOf",      "minimum", "maximum",    "pattern",  "$schema",
      "title", "description"};
  for (const auto& [keyword, rule] : schema.as_object()) {
    if (std::find(kKnown.begin(), kKnown.end(), keyword) == kKnown.end()) {
      errors.push_back(path + ": the schema has the unknown keyword " + keyword);
    }
  }
}

void check(const Json& schema, const Json& value, const std::string& path, Errors& errors) {
  check_keywords(schema, path, errors);
  if (const Json* types = schema.find("type"); types != nullptr && !has_any_type(value, *types)) {
    errors.push_back(path + ": expected type " + formats::write_json(*types) + ", got " +
                     formats::write_json(value).substr(0, 60));
    return;
  }
  if (const Json* constant = schema.find("const"); constant != nullptr && !(*constant == value)) {
    errors.push_back(path + ": expected " + formats::write_json(*constant) + ", got " +
                     formats::write_json(value).substr(0, 60));
  }
  if (const Json* choices = schema.find("enum")) {
    const auto& list = choices->as_array();
    if (std::find(list.begin(), list.end(), value) == list.end()) {
      errors.push_back(path + ": " + formats::write_json(value).substr(0, 60) + " is not one of " +
                       formats::write_json(*choices));
    }
  }
  if (value.is_number()) {
    const Json* minimum = schema.find("minimum");
    const Json* maximum = schema.find("maximum");
    if ((minimum != nullptr && value.as_double() < minimum->as_double()) ||
        (maximum != nullptr && value.as_double() > maximum->as_double())) {
      errors.push_back(path + ": " + formats::write_json(value) + " is out of range");
    }
  }
  if (const Json* pattern = schema.find("pattern"); pattern != nullptr && value.is_string()) {
    if (!std::regex_search(value.as_string(), std::regex(pattern->as_string()))) {
      errors.push_back(path + ": '" + value.as_string() + "' does not match " +
                       pattern->as_string());
    }
  }
  if (const Json* items = schema.find("items"); items != nullptr && value.is_array()) {
    for (std::size_t i = 0; i < value.as_array().size(); ++i) {
      check(*items, value.as_array()[i], path + "[" + std::to_string(i) + "]", errors);
    }
  }
  if (value.is_object()) {
    check_members(schema, value, path, errors);
  }
  if (const Json* alternatives = schema.find("oneOf")) {
    check_one_of(*alternatives, value, path, errors);
  }
}

}  // namespace

std::vector<std::string> json_schema_errors(const Json& schema, const Json& document) {
  Errors errors;
  check(schema, document, "$", errors);
  return errors;
}

}  // namespace isthmus::test
