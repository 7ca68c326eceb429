#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

namespace isthmus::formats {

/// A JSON value that keeps the order of its keys. Numbers are int64 or double; NaN and infinities
/// are written as null. Small on purpose: nlohmann::json stays behind the doorway json.cpp.
class Json {
 public:
  using Array = std::vector<Json>;
  using Object = std::vector<std::pair<std::string, Json>>;

  // NOLINTBEGIN(google-explicit-constructor): a value is written as what it is.
  Json() noexcept;
  Json(const Json& other);
  Json(Json&& other) noexcept;
  Json& operator=(const Json& other);
  Json& operator=(Json&& other) noexcept;
  ~Json();
  Json(std::nullptr_t) {}
  Json(bool value) : value_(value) {}
  Json(int value) : value_(std::int64_t{value}) {}
  Json(std::int64_t value) : value_(value) {}
  Json(std::size_t value);  ///< @throws InvalidArgument from 2^63 on: there is no unsigned number.
  Json(double value) : value_(value) {}
  Json(const char* value) : value_(std::string(value)) {}
  Json(std::string value) : value_(std::move(value)) {}
  Json(std::string_view value) : value_(std::string(value)) {}
  Json(Array value) : value_(std::move(value)) {}
  Json(Object value) : value_(std::move(value)) {}
  // NOLINTEND(google-explicit-constructor)
  static Json array() { return Json(Array{}); }
  static Json object() { return Json(Object{}); }

  [[nodiscard]] bool is_null() const noexcept { return holds<std::monostate>(); }
  [[nodiscard]] bool is_bool() const noexcept { return holds<bool>(); }
  [[nodiscard]] bool is_integer() const noexcept { return holds<std::int64_t>(); }
  [[nodiscard]] bool is_number() const noexcept { return is_integer() || holds<double>(); }
  [[nodiscard]] bool is_string() const noexcept { return holds<std::string>(); }
  [[nodiscard]] bool is_array() const noexcept { return holds<Array>(); }
  [[nodiscard]] bool is_object() const noexcept { return holds<Object>(); }
  /// "null", "boolean", "integer", "number", "string", "array" or "object".
  [[nodiscard]] std::string_view type_name() const noexcept;

  /// The value as that type. @throws InvalidArgument naming the type wanted and the one there.
  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_integer() const;
  [[nodiscard]] double as_double() const;  ///< Integers too.
  [[nodiscard]] const std::string& as_string() const;
  [[nodiscard]] const Array& as_array() const;
  [[nodiscard]] Array& as_array();
  [[nodiscard]] const Object& as_object() const;
  [[nodiscard]] Object& as_object();

  /// Member `key` of an object: null pointer if absent. Linear in the number of members.
  [[nodiscard]] const Json* find(std::string_view key) const;
  [[nodiscard]] Json* find(std::string_view key);
  /// Member `key`, which must exist. @throws InvalidArgument otherwise.
  [[nodiscard]] const Json& at(std::string_view key) const;
  /// Member `key`, appended as null if absent; a null value becomes an object first. The reference
  /// ends with the next member appended.
  Json& operator[](std::string_view key);
  /// Appends to an array; a null value becomes an array first.
  void push_back(Json value);

  /// Same type, value and key order; 1 and 1.0 differ, as they do in a file.
  friend bool operator==(const Json&, const Json&) = default;

 private:
  template <typename T>
  [[nodiscard]] bool holds() const noexcept {
    return std::holds_alternative<T>(value_);
  }

  std::variant<std::monostate, bool, std::int64_t, double, std::string, Array, Object> value_;
};

/// Parses one JSON document (RFC 8259; a byte order mark is skipped). `name` appears in errors.
///
/// Refused: duplicate keys, NaN literals, comments, invalid UTF-8, nesting beyond 200 levels,
/// integers outside int64 (they would lose digits as double), numbers beyond double, texts over 256
/// MiB.
///
/// @throws DataError with line (1-based).
/// @par Cost  Linear time; memory up to 60 times the text, for an array of one-digit numbers.
[[nodiscard]] Json parse_json(std::string_view text, std::string_view name);

/// Text of a value: indent < 0 on one line, else that many blanks a level, and a final newline is
/// never added. Doubles in shortest round-trip form, always with point or exponent, so that
/// parse_json(write_json(x)) == x wherever x is finite. Invalid UTF-8 is replaced by U+FFFD, never
/// thrown at.
[[nodiscard]] std::string write_json(const Json& value, int indent = -1);

}  // namespace isthmus::formats
