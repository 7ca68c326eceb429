#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace isthmus::formats {

/// A JSON value that keeps the order of its keys. Numbers are int64 or double; NaN and infinities are
/// written as null. Small on purpose: nlohmann::json stays behind the doorway json.cpp.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  Json() = default;
  Json(std::nullptr_t) {}                                    // NOLINT(google-explicit-constructor)
  Json(bool value) : value_(value) {}                        // NOLINT(google-explicit-constructor)
  Json(int value) : value_(std::int64_t{value}) {}           // NOLINT(google-explicit-constructor)
  Json(std::int64_t value) : value_(value) {}                // NOLINT(google-explicit-constructor)
  Json(std::size_t value) : value_(static_cast<std::int64_t>(value)) {}  // NOLINT(google-explicit-constructor)
  Json(double value) : value_(value) {}                      // NOLINT(google-explicit-constructor)
  Json(const char* value) : value_(std::string(value)) {}    // NOLINT(google-explicit-constructor)
  Json(std::string value) : value_(std::move(value)) {}      // NOLINT(google-explicit-constructor)
  Json(std::string_view value) : value_(std::string(value)) {}  // NOLINT(google-explicit-constructor)
  Json(Array value) : value_(std::move(value)) {}            // NOLINT(google-explicit-constructor)
  Json(Object value) : value_(std::move(value)) {}           // NOLINT(google-explicit-constructor)
  static Json array() { return Json(Array{}); }
  static Json object() { return Json(Object{}); }

  [[nodiscard]] bool is_null() const noexcept { return std::holds_alternative<std::monostate>(value_); }
  [[nodiscard]] bool is_bool() const noexcept { return std::holds_alternative<bool>(value_); }
  [[nodiscard]] bool is_integer() const noexcept { return std::holds_alternative<std::int64_t>(value_); }
  [[nodiscard]] bool is_number() const noexcept {
    return is_integer() || std::holds_alternative<double>(value_);
  }
  [[nodiscard]] bool is_string() const noexcept { return std::holds_alternative<std::string>(value_); }
  [[nodiscard]] bool is_array() const noexcept { return std::holds_alternative<Array>(value_); }
  [[nodiscard]] bool is_object() const noexcept { return std::holds_alternative<Object>(value_); }

  /// The value as that type. @throws InvalidArgument naming the type wanted and the one there.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_integer() const;
  [[nodiscard]] double as_double() const;  ///< Integers too.
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const Array& as_array() const;
  [[nodiscard]] Array& as_array();
  [[nodiscard]] const Object& as_object() const;
  [[nodiscard]] Object& as_object();

  /// Member `key` of an object: null pointer if absent.
  [[nodiscard]] const Json* find(std::string_view key) const;
  [[nodiscard]] Json* find(std::string_view key);
  /// Member `key`, which must exist. @throws InvalidArgument otherwise.
  [[nodiscard]] const Json& at(std::string_view key) const;
  /// Member `key`, appended as null if absent; a null value becomes an object first.
  Json& operator[](std::string_view key);
  /// Appends to an array; a null value becomes an array first.
  void push_back(Json value);

  friend bool operator==(const Json&, const Json&) = default;

 private:
  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// Parses one JSON document. `name` appears in errors. Duplicate keys, NaN literals, comments and
/// nesting beyond 200 levels are refused. @throws DataError with line (1-based).
[[nodiscard]] Json parse_json(std::string_view text, std::string_view name);

/// Text of a value: indent < 0 on one line, else that many blanks a level, and a final newline is
/// never added. Doubles in shortest round-trip form. Invalid UTF-8 is replaced, never thrown at.
[[nodiscard]] std::string write_json(const Json& value, int indent = -1);

}  // namespace isthmus::formats
