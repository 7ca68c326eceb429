#include "isthmus/formats/toml.hpp"

#include <algorithm>
#include <utility>

#include <toml++/toml.h>

#include "isthmus/core/error.hpp"

#include "text.hpp"

namespace isthmus::formats {
namespace {

constexpr std::size_t kMaxText = std::size_t{16} << 20U;
constexpr int kMaxBrackets = 32;
constexpr int kMaxDots = 32;

bool is_bare(std::string_view key) {
  return !key.empty() && std::all_of(key.begin(), key.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
}

std::string written_key(std::string_view key) {
  std::string text;
  if (is_bare(key)) {
    text = key;
  } else {
    append_escaped(text, key);
  }
  return text;
}

// ---------------------------------------------------------------------------------------- reading

/// Counts brackets and the dots of keys before toml++ sees the text: it destroys its tree by
/// recursion, and `[a.a.a...]` costs a level for two bytes.
class DepthGuard {
 public:
  DepthGuard(std::string_view text, std::string_view name) : text_(text), name_(name) {}

  void check() {
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '"' || c == '\'') {
        skip_string(c);
        continue;
      }
      if (c == '#') {
        at_ = std::min(text_.size(), text_.find('\n', at_));
        continue;
      }
      count(c);
      ++at_;
    }
  }

 private:
  void count(char c) {
    if (c == '\n') {
      ++line_;
      dots_ = 0;
    } else if (c == '.') {
      require(++dots_ <= kMaxDots, "a key has more than 32 dots");
    } else if (c == '[' || c == '{') {
      dots_ = 0;
      require(++brackets_ <= kMaxBrackets, "nested deeper than 32 brackets");
    } else if (c == ']' || c == '}') {
      brackets_ = std::max(0, brackets_ - 1);
    } else if (c == ',' || c == '=') {
      dots_ = 0;
    }
  }

  void skip_string(char quote) {
    const std::string_view rest = text_.substr(at_);
    const bool multiline = rest.size() >= 3 && rest[1] == quote && rest[2] == quote;
    at_ += multiline ? 3 : 1;
    while (at_ < text_.size()) {
      const char c = text_[at_];
      if (c == '\\' && quote == '"') {
        at_ += 2;
        line_ += at_ <= text_.size() && text_[at_ - 1] == '\n' ? 1 : 0;
        continue;
      }
      if (c == '\n') {
        ++line_;
        if (!multiline) {  // toml++ will refuse it; what follows is text again
          dots_ = 0;
          ++at_;
          return;
        }
      }
      if (c == quote) {
        if (!multiline) {
          ++at_;
          return;
        }
        if (text_.substr(at_, 3) == std::string(3, quote)) {
          at_ += 3;
          while (at_ < text_.size() && text_[at_] == quote) {  // """a""""" ends in two quotes
            ++at_;
          }
          return;
        }
      }
      ++at_;
    }
  }

  void require(bool holds, const char* rule) const {
    if (!holds) {
      throw DataError({.file = std::string(name_), .line = line_}, rule);
    }
  }

  std::string_view text_;
  std::string_view name_;
  std::size_t at_ = 0;
  std::int64_t line_ = 1;
  int dots_ = 0;
  int brackets_ = 0;
};

/// Turns toml++'s tree into ours. toml++ sorts keys; the source positions give the order back.
class Converter {
 public:
  Converter(std::string_view name, TomlDocument& document) : name_(name), document_(document) {}

  Json table(const toml::table& source, const std::string& path) {
    std::vector<std::pair<const toml::key*, const toml::node*>> members;
    for (const auto& [key, node] : source) {
      members.emplace_back(&key, &node);
    }
    std::sort(members.begin(), members.end(), [](const auto& a, const auto& b) {
      const toml::source_position& left = a.first->source().begin;
      const toml::source_position& right = b.first->source().begin;
      return std::pair(left.line, left.column) < std::pair(right.line, right.column);
    });
    Json result = Json::object();
    for (const auto& [key, node] : members) {
      const std::string member =
          (path.empty() ? std::string() : path + ".") + written_key(key->str());
      document_.line.emplace(member, static_cast<int>(key->source().begin.line));
      result.as_object().emplace_back(std::string(key->str()), value(*node, member));
    }
    return result;
  }

 private:
  Json value(const toml::node& node, const std::string& path) {
    switch (node.type()) {
      case toml::node_type::table:
        return table(*node.as_table(), path);
      case toml::node_type::array:
        return array(*node.as_array(), path);
      case toml::node_type::string:
        return Json(node.as_string()->get());
      case toml::node_type::integer:
        return Json(node.as_integer()->get());
      case toml::node_type::floating_point:
        return Json(node.as_floating_point()->get());
      case toml::node_type::boolean:
        return Json(node.as_boolean()->get());
      default:
        throw DataError(
            {.file = name_, .line = static_cast<std::int64_t>(node.source().begin.line)},
            "dates and times are not supported (key " + path + ")");
    }
  }

  Json array(const toml::array& source, const std::string& path) {
    Json::Array items;
    for (std::size_t k = 0; k < source.size(); ++k) {
      items.push_back(value(source[k], path + "[" + std::to_string(k) + "]"));
    }
    return Json(std::move(items));
  }

  std::string name_;
  TomlDocument& document_;
};

// ---------------------------------------------------------------------------------------- writing

std::string inline_value(const Json& value, const std::string& path) {
  if (value.is_null()) {
    throw InvalidArgument("write_toml: " + path + " must not be null, TOML has no such value");
  }
  if (value.is_bool()) {
    return value.as_bool() ? "true" : "false";
  }
  if (value.is_integer()) {
    return std::to_string(value.as_integer());
  }
  if (value.is_number()) {
    return shortest_double(value.as_double());
  }
  std::string out;
  if (value.is_string()) {
    append_escaped(out, value.as_string());
  } else if (value.is_array()) {
    for (const Json& item : value.as_array()) {
      out += (out.empty() ? "[" : ", ") + inline_value(item, path + "[]");
    }
    out += out.empty() ? "[]" : "]";
  } else {
    for (const auto& [key, item] : value.as_object()) {
      out += (out.empty() ? "{ " : ", ") + written_key(key) + " = " +
             inline_value(item, path + "." + written_key(key));
    }
    out += out.empty() ? "{}" : " }";
  }
  return out;
}

void write_table(const Json::Object& members, const std::string& path, std::string& out) {
  const bool has_plain = std::any_of(members.begin(), members.end(),
                                     [](const auto& member) { return !member.second.is_object(); });
  if (!path.empty() && (has_plain || members.empty())) {
    out += (out.empty() ? "[" : "\n[") + path + "]\n";
  }
  const std::string prefix = path.empty() ? std::string() : path + ".";
  for (const auto& [key, value] : members) {
    if (!value.is_object()) {
      out += written_key(key) + " = " + inline_value(value, prefix + written_key(key)) + "\n";
    }
  }
  for (const auto& [key, value] : members) {
    if (value.is_object()) {
      write_table(value.as_object(), prefix + written_key(key), out);
    }
  }
}

}  // namespace

TomlDocument parse_toml(std::string_view text, std::string_view name) {
  if (text.size() > kMaxText) {
    throw DataError({.file = std::string(name)},
                    "TOML text is too large (expected at most 16777216 bytes, got " +
                        std::to_string(text.size()) + ")");
  }
  DepthGuard(text, name).check();
  try {
    const toml::table table = toml::parse(text);
    TomlDocument document;
    document.root = Converter(name, document).table(table, "");
    return document;
  } catch (const toml::parse_error& error) {
    throw DataError(
        {.file = std::string(name), .line = static_cast<std::int64_t>(error.source().begin.line)},
        "not valid TOML (" + shortened(error.description(), 160) + ")");
  }
}

std::string write_toml(const Json& root) {
  if (!root.is_object()) {
    throw InvalidArgument("write_toml: root must be an object, got " +
                          std::string(root.type_name()));
  }
  std::string out;
  write_table(root.as_object(), "", out);
  return out;
}

}  // namespace isthmus::formats
