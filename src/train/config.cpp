#include "isthmus/train/config.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <type_traits>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/nearest_name.hpp"
#include "isthmus/formats/toml.hpp"
#include "isthmus/train/recipes.hpp"

#include "config_fields.hpp"

namespace isthmus::train {
namespace {

using formats::Json;

/// GraphGym's spelling of gnn.norm = "batch".
constexpr std::string_view kBatchnormAlias = "gnn.batchnorm";

[[noreturn]] void refuse(const std::string& where, const std::string& text, std::string hint = {}) {
  throw InvalidArgument((where.empty() ? "" : where + ": ") + text, std::move(hint));
}

std::string did_you_mean(std::string_view name, std::span<const std::string> candidates) {
  const std::string near = nearest_name(name, candidates);
  return near.empty() ? "" : "did you mean '" + near + "'?";
}

const ConfigField* find_field(std::string_view key) {
  const auto fields = config_fields();
  const auto found =
      std::find_if(fields.begin(), fields.end(), [&](const auto& f) { return f.name == key; });
  return found == fields.end() ? nullptr : &*found;
}

[[noreturn]] void refuse_unknown_key(const std::string& where, std::string_view key) {
  std::vector<std::string> names{std::string(kBatchnormAlias)};
  for (const ConfigField& field : config_fields()) {
    names.emplace_back(field.name);
  }
  std::string hint = did_you_mean(key, names);
  if (hint.empty() && key.find('.') == std::string_view::npos) {
    // A bare name is most often a key whose table was forgotten.
    for (const std::string& name : names) {
      if (name.ends_with("." + std::string(key))) {
        hint = "did you mean '" + name + "'?";
        break;
      }
    }
  }
  refuse(where, "unknown key '" + std::string(key) + "'", std::move(hint));
}

std::string shown(const Json& value) {
  return value.is_string() ? "'" + value.as_string() + "'" : formats::write_json(value);
}

[[noreturn]] void refuse_type(const std::string& where, std::string_view key, std::string_view want,
                              const Json& got) {
  refuse(where, std::string(key) + " must be " + std::string(want) + ", got " + shown(got));
}

void check_range(const std::string& where, const ConfigField& field, double value,
                 const Json& got) {
  const bool inside =
      value >= field.least && (field.below_most ? value < field.most : value <= field.most);
  if (!inside) {
    std::string rule = range_of(field);
    if (value > field.most && rule.starts_with(">=")) {
      rule = "at most " + std::to_string(static_cast<std::int64_t>(field.most));
    }
    refuse(where, std::string(field.name) + " must be " + rule + ", got " + shown(got));
  }
}

void check_choice(const std::string& where, const ConfigField& field, const std::string& value) {
  if (field.choices.empty() ||
      std::find(field.choices.begin(), field.choices.end(), value) != field.choices.end()) {
    return;
  }
  const std::vector<std::string> names(field.choices.begin(), field.choices.end());
  std::string list;
  for (const std::string& name : names) {
    list += (list.empty() ? "" : ", ") + name;
  }
  refuse(where,
         std::string(field.name) + " must be " + (names.size() > 1 ? "one of " : "") + list +
             ", got '" + value + "'",
         did_you_mean(value, names));
}

template <typename Number>
std::optional<Number> whole_number(std::string_view text) {
  Number value{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return value;
}

/// "15,10" or "[15, 10]" as a list; nothing if it is none.
std::optional<Json> list_of(std::string_view text) {
  if (text.starts_with('[') && text.ends_with(']')) {
    text = text.substr(1, text.size() - 2);
  }
  Json list = Json::array();
  while (!text.empty()) {
    const std::size_t comma = std::min(text.find(','), text.size());
    std::string_view item = text.substr(0, comma);
    while (item.starts_with(' ')) {
      item.remove_prefix(1);
    }
    while (item.ends_with(' ')) {
      item.remove_suffix(1);
    }
    const auto number = whole_number<std::int64_t>(item);
    const bool open_end = comma + 1 == text.size();  // "15,"
    if (!number || open_end) {
      return std::nullopt;
    }
    list.push_back(*number);
    text.remove_prefix(std::min(comma + 1, text.size()));
  }
  return list;
}

/// The integers of a list or of its text, each in the field's range.
std::vector<std::int64_t> integers_of(const std::string& where, const ConfigField& field,
                                      const Json& value) {
  const std::optional<Json> list =
      value.is_string() ? list_of(value.as_string()) : std::optional<Json>(value);
  const auto is_integer = [](const Json& item) { return item.is_integer(); };
  if (!list || !list->is_array() ||
      !std::all_of(list->as_array().begin(), list->as_array().end(), is_integer)) {
    refuse_type(where, field.name, "a list of integers such as [15, 10]", value);
  }
  std::vector<std::int64_t> integers;
  for (const Json& item : list->as_array()) {
    check_range(where, field, static_cast<double>(item.as_integer()), item);
    integers.push_back(item.as_integer());
  }
  return integers;
}

/// Stores a value under its key; `where` is what errors call its place.
void assign(Config& config, const std::string& where, std::string_view key, const Json& value) {
  if (key == kBatchnormAlias) {
    if (!value.is_bool()) {
      refuse_type(where, key, "true or false", value);
    }
    config.gnn.norm = value.as_bool() ? "batch" : "none";
    return;
  }
  const ConfigField* field = find_field(key);
  if (field == nullptr) {
    refuse_unknown_key(where, key);
  }
  std::visit(
      [&](auto* slot) {
        using T = std::remove_pointer_t<decltype(slot)>;
        if constexpr (std::is_same_v<T, bool>) {
          if (!value.is_bool()) {
            refuse_type(where, key, "true or false", value);
          }
          *slot = value.as_bool();
        } else if constexpr (std::is_same_v<T, std::string>) {
          if (!value.is_string()) {
            refuse_type(where, key, "text", value);
          }
          check_choice(where, *field, value.as_string());
          *slot = value.as_string();
        } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
          *slot = integers_of(where, *field, value);
        } else if constexpr (std::is_same_v<T, double>) {
          if (!value.is_number() || !std::isfinite(value.as_double())) {
            refuse_type(where, key, "a number", value);
          }
          check_range(where, *field, value.as_double(), value);
          *slot = value.as_double();
        } else {
          if (!value.is_integer()) {
            refuse_type(where, key, "an integer", value);
          }
          check_range(where, *field, static_cast<double>(value.as_integer()), value);
          *slot = static_cast<T>(value.as_integer());
        }
      },
      field->slot(config));
}

void apply_tree(Config& config, const formats::TomlDocument& document, const std::string& name,
                const std::string& prefix, const Json& tree) {
  for (const auto& [key, value] : tree.as_object()) {
    std::string path = prefix;
    path.append(prefix.empty() ? "" : ".").append(key);
    if (value.is_object()) {
      if (value.as_object().empty() && find_field(path) == nullptr) {
        continue;  // An empty table says nothing.
      }
      apply_tree(config, document, name, path, value);
      continue;
    }
    const auto line = document.line.find(path);
    const std::string where =
        line == document.line.end() ? name : name + ":" + std::to_string(line->second);
    assign(config, where, path, value);
  }
}

void apply_text(Config& config, std::string_view text, const std::string& name) {
  const formats::TomlDocument document = formats::parse_toml(text, name);
  apply_tree(config, document, name, "", document.root);
}

/// What was typed on a command line, read as the type of its key; text needs no quotes.
Json typed_value(std::string_view key, const std::string& typed) {
  const ConfigField* field = find_field(key);
  Config scratch;
  if (field != nullptr &&
      (std::holds_alternative<std::string*>(field->slot(scratch)) ||
       std::holds_alternative<std::vector<std::int64_t>*>(field->slot(scratch)))) {
    const bool quoted = typed.size() >= 2 && (typed.front() == '"' || typed.front() == '\'') &&
                        typed.back() == typed.front();
    return quoted ? Json(typed.substr(1, typed.size() - 2)) : Json(typed);
  }
  if (typed == "true" || typed == "false") {
    return Json(typed == "true");
  }
  if (const auto integer = whole_number<std::int64_t>(typed)) {
    return Json(*integer);
  }
  if (const auto real = whole_number<double>(typed)) {
    return Json(*real);
  }
  return Json(typed);
}

void apply_typed(Config& config, const ConfigValue& value) {
  assign(config, value.option, value.key, typed_value(value.key, value.value));
}

void apply_set(Config& config, const std::string& setting) {
  const std::size_t equals = setting.find('=');
  if (equals == std::string::npos || equals == 0) {
    refuse("--set", "expected KEY=VALUE, got '" + setting + "'");
  }
  apply_typed(config, {"--set", setting.substr(0, equals), setting.substr(equals + 1)});
}

Json json_of(const ConfigSlot& slot) {
  return std::visit(
      [](auto* value) -> Json {
        using T = std::remove_pointer_t<decltype(value)>;
        if constexpr (std::is_same_v<T, std::uint64_t>) {
          return Json(static_cast<std::int64_t>(*value));
        } else if constexpr (std::is_same_v<T, std::vector<std::int64_t>>) {
          Json list = Json::array();
          for (const std::int64_t item : *value) {
            list.push_back(item);
          }
          return list;
        } else {
          return Json(*value);
        }
      },
      slot);
}

std::string_view type_of(const ConfigSlot& slot) {
  constexpr std::string_view kNames[] = {"integer", "integer", "number",
                                         "boolean", "text",    "integers"};
  return kNames[slot.index()];
}

}  // namespace

Config resolve_config(const ConfigSources& sources) {
  Config config;
  if (!sources.recipe.empty()) {
    apply_text(config, recipe_text(sources.recipe), "recipe " + sources.recipe);
  }
  if (!sources.file_name.empty() || !sources.file_text.empty()) {
    apply_text(config, sources.file_text, sources.file_name.empty() ? "config" : sources.file_name);
  }
  for (const std::string& setting : sources.set) {
    apply_set(config, setting);
  }
  for (const ConfigValue& option : sources.options) {
    apply_typed(config, option);
  }
  return config;
}

Json config_json(const Config& config) {
  Config copy = config;  // Slots are writable; the caller's config stays untouched.
  Json root = Json::object();
  for (const ConfigField& field : config_fields()) {
    const std::size_t dot = field.name.find('.');
    Json value = json_of(field.slot(copy));
    if (dot == std::string_view::npos) {
      root[field.name] = std::move(value);
    } else {
      root[field.name.substr(0, dot)][field.name.substr(dot + 1)] = std::move(value);
    }
  }
  return root;
}

std::string config_toml(const Config& config) { return formats::write_toml(config_json(config)); }

std::vector<ConfigKey> config_keys() {
  Config defaults;
  std::vector<ConfigKey> keys;
  for (const ConfigField& field : config_fields()) {
    const ConfigSlot slot = field.slot(defaults);
    keys.push_back({std::string(field.name),
                    std::string(type_of(slot)),
                    formats::write_json(json_of(slot)),
                    {field.choices.begin(), field.choices.end()}});
  }
  return keys;
}

}  // namespace isthmus::train
