#include "isthmus/formats/json.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <iterator>
#include <limits>
#include <numeric>

#include <nlohmann/json.hpp>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/utf8.hpp"

#include "json_scan.hpp"
#include "text.hpp"

namespace isthmus::formats {
namespace {

constexpr std::size_t kMaxDepth = 200;
constexpr std::size_t kMaxText = std::size_t{256} << 20U;

[[noreturn]] void wrong_type(std::string_view wanted, const Json& got) {
  throw InvalidArgument("Json: expected " + std::string(wanted) + ", got " +
                        std::string(got.type_name()));
}

// ---------------------------------------------------------------------------- the nlohmann doorway

/// Walks a text and leaves its place outside: nlohmann's events carry no position of their own.
class TrackedChar {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  TrackedChar(const char* at, const char** place) : at_(at), place_(place) {}
  reference operator*() const { return *at_; }
  TrackedChar& operator++() {
    *place_ = ++at_;
    return *this;
  }
  bool operator==(const TrackedChar& other) const { return at_ == other.at_; }
  bool operator!=(const TrackedChar& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** place_;
};

/// Receives nlohmann's events, checks depth and number range, hands them on with their offset.
class Adapter final : public nlohmann::json_sax<nlohmann::json> {
 public:
  Adapter(std::string_view text, std::size_t max_depth, JsonEvents& events)
      : text_(text), max_depth_(max_depth), events_(events), place_(text.data()) {}

  [[nodiscard]] TrackedChar begin() { return {text_.data(), &place_}; }
  [[nodiscard]] TrackedChar end() { return {text_.data() + text_.size(), &place_}; }

  bool null() override { return scalar(Json(nullptr)); }
  bool boolean(bool value) override { return scalar(Json(value)); }
  bool number_integer(number_integer_t value) override { return number(Json(value)); }
  bool number_unsigned(number_unsigned_t value) override {
    if (value > static_cast<number_unsigned_t>(std::numeric_limits<std::int64_t>::max())) {
      too_large(std::to_string(value));
    }
    return number(Json(static_cast<std::int64_t>(value)));
  }
  bool number_float(number_float_t value, const string_t& token) override {
    if (token.find_first_of(".eE") == string_t::npos) {
      too_large(token);
    }
    return number(Json(value));
  }
  bool string(string_t& value) override { return scalar(Json(std::move(value))); }
  bool binary(binary_t& /*value*/) override { return false; }  // no JSON text holds one
  bool key(string_t& value) override {
    events_.key(std::move(value), last_byte());
    return true;
  }
  bool start_object(std::size_t /*elements*/) override { return open(true); }
  bool start_array(std::size_t /*elements*/) override { return open(false); }
  bool end_object() override { return close(true); }
  bool end_array() override { return close(false); }

  bool parse_error(std::size_t /*position*/, const std::string& /*last_token*/,
                   const nlohmann::json::exception& error) override {
    // "[json.exception.parse_error.101] parse error at line 1, column 2: REASON": the reason alone.
    const std::string_view what = error.what();
    std::string_view reason = what.substr(std::min(what.size(), what.find("] ") + 2));
    if (reason.starts_with("parse error")) {
      reason.remove_prefix(std::min(reason.size(), reason.find(": ") + 2));
    }
    throw JsonFault{last_byte(), "not valid JSON (" + shortened(reason, 160) + ")",
                    reason.find("UTF-8") != std::string_view::npos};
  }

 private:
  [[nodiscard]] std::size_t last_byte() const {
    const auto read = static_cast<std::size_t>(place_ - text_.data());
    return read == 0 ? 0 : read - 1;
  }

  /// The lexer has read one character past a number, unless the text ended.
  [[nodiscard]] std::size_t number_begin() const {
    std::size_t at = static_cast<std::size_t>(place_ - text_.data());
    if (at > 0 && (text_[at - 1] < '0' || text_[at - 1] > '9')) {
      --at;
    }
    while (at > 0 && std::strchr("0123456789+-.eE", text_[at - 1]) != nullptr) {
      --at;
    }
    return at;
  }

  [[noreturn]] void too_large(const std::string& token) const {
    throw JsonFault{number_begin(),
                    "integer does not fit in 64 signed bits (expected -2^63..2^63-1, got " +
                        in_quotes(token) + ")",
                    false};
  }

  bool scalar(Json value) {
    events_.scalar(std::move(value), last_byte());
    return true;
  }
  bool number(Json value) {
    events_.scalar(std::move(value), number_begin());
    return true;
  }
  bool open(bool is_object) {
    if (++depth_ > max_depth_) {
      throw JsonFault{last_byte(), "nested deeper than " + std::to_string(max_depth_) + " levels",
                      false};
    }
    events_.open(is_object, last_byte());
    return true;
  }
  bool close(bool is_object) {
    --depth_;
    events_.close(is_object, last_byte());
    return true;
  }

  std::string_view text_;
  std::size_t max_depth_;
  JsonEvents& events_;
  const char* place_;
  std::size_t depth_ = 0;
};

/// Builds the tree of parse_json().
class TreeBuilder final : public JsonEvents {
 public:
  void key(std::string name, std::size_t offset) override {
    open_.back().keys.emplace_back(offset);
    open_.back().value.as_object().emplace_back(std::move(name), Json());
  }
  void scalar(Json value, std::size_t /*offset*/) override { place(std::move(value)); }
  void open(bool is_object, std::size_t /*offset*/) override {
    open_.push_back({is_object ? Json::object() : Json::array(), {}});
  }
  void close(bool is_object, std::size_t /*offset*/) override {
    Level level = std::move(open_.back());
    open_.pop_back();
    if (is_object) {
      refuse_duplicates(level);
    }
    place(std::move(level.value));
  }

  [[nodiscard]] Json take() { return std::move(root_); }

 private:
  struct Level {
    Json value;
    std::vector<std::size_t> keys;  ///< Offset of each key, for the message about a duplicate.
  };

  void place(Json value) {
    if (open_.empty()) {
      root_ = std::move(value);
    } else if (Json& top = open_.back().value; top.is_object()) {
      top.as_object().back().second = std::move(value);
    } else {
      top.as_array().push_back(std::move(value));
    }
  }

  static void refuse_duplicates(const Level& level) {
    const Json::Object& members = level.value.as_object();
    std::vector<std::size_t> order(members.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
      return members[a].first < members[b].first;
    });
    std::size_t second = members.size();  // the earliest key that repeats one before it
    for (std::size_t k = 1; k < order.size(); ++k) {
      if (members[order[k - 1]].first == members[order[k]].first) {
        second = std::min(second, order[k]);
      }
    }
    if (second < members.size()) {
      throw JsonFault{level.keys[second], "duplicate key " + in_quotes(members[second].first),
                      false};
    }
  }

  Json root_;
  std::vector<Level> open_;
};

// ---------------------------------------------------------------------------------------- writing

class Writer {
 public:
  explicit Writer(int indent) : indent_(indent) {}

  void value(const Json& json, int level) {
    if (json.is_null()) {
      out_ += "null";
    } else if (json.is_bool()) {
      out_ += json.as_bool() ? "true" : "false";
    } else if (json.is_integer()) {
      out_ += std::to_string(json.as_integer());
    } else if (json.is_number()) {
      const double number = json.as_double();
      out_ += std::isfinite(number) ? shortest_double(number) : "null";
    } else if (json.is_string()) {
      append_escaped(out_, json.as_string());
    } else if (json.is_array()) {
      array(json.as_array(), level);
    } else {
      object(json.as_object(), level);
    }
  }

  [[nodiscard]] std::string take() { return std::move(out_); }

 private:
  void array(const Json::Array& items, int level) {
    out_ += '[';
    for (std::size_t k = 0; k < items.size(); ++k) {
      separate(k, level + 1);
      value(items[k], level + 1);
    }
    finish(items.empty(), level, ']');
  }

  void object(const Json::Object& members, int level) {
    out_ += '{';
    for (std::size_t k = 0; k < members.size(); ++k) {
      separate(k, level + 1);
      append_escaped(out_, members[k].first);
      out_ += indent_ < 0 ? ":" : ": ";
      value(members[k].second, level + 1);
    }
    finish(members.empty(), level, '}');
  }

  void separate(std::size_t k, int level) {
    if (k > 0) {
      out_ += ',';
    }
    line(level);
  }

  void finish(bool empty, int level, char bracket) {
    if (!empty) {
      line(level);
    }
    out_ += bracket;
  }

  void line(int level) {
    if (indent_ >= 0) {
      out_ += '\n';
      out_.append(static_cast<std::size_t>(level) * static_cast<std::size_t>(indent_), ' ');
    }
  }

  int indent_;
  std::string out_;
};

template <typename Object>
auto* find_member(Object& members, std::string_view key) {
  const auto it = std::find_if(members.begin(), members.end(),
                               [&](const auto& member) { return member.first == key; });
  return it == members.end() ? nullptr : &it->second;
}

}  // namespace

// Here and not in the header: inlined into every user, g++ 12 takes the variant for uninitialised.
Json::Json() noexcept = default;
Json::Json(const Json& other) = default;
Json::Json(Json&& other) noexcept = default;
Json& Json::operator=(const Json& other) = default;
Json& Json::operator=(Json&& other) noexcept = default;
Json::~Json() = default;

Json::Json(std::size_t value) {
  if (value > static_cast<std::size_t>(std::numeric_limits<std::int64_t>::max())) {
    throw InvalidArgument("Json: an integer must be below 2^63, got " + std::to_string(value));
  }
  value_ = static_cast<std::int64_t>(value);
}

std::string_view Json::type_name() const noexcept {
  constexpr std::string_view kNames[] = {"null",   "boolean", "integer", "number",
                                         "string", "array",   "object"};
  return kNames[value_.index()];
}

bool Json::as_bool() const {
  if (!is_bool()) {
    wrong_type("boolean", *this);
  }
  return std::get<bool>(value_);
}

std::int64_t Json::as_integer() const {
  if (!is_integer()) {
    wrong_type("integer", *this);
  }
  return std::get<std::int64_t>(value_);
}

double Json::as_double() const {
  if (!is_number()) {
    wrong_type("number", *this);
  }
  return is_integer() ? static_cast<double>(std::get<std::int64_t>(value_))
                      : std::get<double>(value_);
}

const std::string& Json::as_string() const {
  if (!is_string()) {
    wrong_type("string", *this);
  }
  return std::get<std::string>(value_);
}

const Json::Array& Json::as_array() const {
  if (!is_array()) {
    wrong_type("array", *this);
  }
  return std::get<Array>(value_);
}

Json::Array& Json::as_array() {
  if (!is_array()) {
    wrong_type("array", *this);
  }
  return std::get<Array>(value_);
}

const Json::Object& Json::as_object() const {
  if (!is_object()) {
    wrong_type("object", *this);
  }
  return std::get<Object>(value_);
}

Json::Object& Json::as_object() {
  if (!is_object()) {
    wrong_type("object", *this);
  }
  return std::get<Object>(value_);
}

const Json* Json::find(std::string_view key) const { return find_member(as_object(), key); }

Json* Json::find(std::string_view key) { return find_member(as_object(), key); }

const Json& Json::at(std::string_view key) const {
  const Json* member = find(key);
  if (member == nullptr) {
    throw InvalidArgument("Json: the object has no member " + in_quotes(key));
  }
  return *member;
}

Json& Json::operator[](std::string_view key) {
  if (is_null()) {
    value_ = Object{};
  }
  if (Json* member = find(key); member != nullptr) {
    return *member;
  }
  return as_object().emplace_back(std::string(key), Json()).second;
}

void Json::push_back(Json value) {
  if (is_null()) {
    value_ = Array{};
  }
  as_array().push_back(std::move(value));
}

void scan_json(std::string_view text, std::size_t max_depth, JsonEvents& events) {
  Adapter adapter(text, max_depth, events);
  nlohmann::json::sax_parse(adapter.begin(), adapter.end(), &adapter);
}

Json parse_json(std::string_view text, std::string_view name) {
  if (text.size() > kMaxText) {
    throw DataError({.file = std::string(name)},
                    "JSON text is too large (expected at most 268435456 bytes, got " +
                        std::to_string(text.size()) + ")");
  }
  TreeBuilder builder;
  try {
    scan_json(text, kMaxDepth, builder);
  } catch (const JsonFault& fault) {
    const auto end = text.begin() + static_cast<std::ptrdiff_t>(fault.offset);
    throw DataError({.file = std::string(name), .line = 1 + std::count(text.begin(), end, '\n')},
                    fault.text);
  }
  return builder.take();
}

std::string write_json(const Json& value, int indent) {
  Writer writer(indent);
  writer.value(value, 0);
  return writer.take();
}

}  // namespace isthmus::formats
