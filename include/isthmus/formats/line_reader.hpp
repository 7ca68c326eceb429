#pragma once

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace isthmus::formats {

/// Whether a real number may be NaN or infinite.
enum class NonFinite { kRefuse, kAllow };

/// Reads a text file line by line and field by field; what the readers of text data sets share.
///
///     LineReader in(text, "DS_A.txt");
///     while (in.next()) {
///       const std::int64_t row = in.integer("row", 1, N);
///       const std::int64_t col = in.integer("column", 1, N);
///       in.expect_end();
///     }
///
/// A byte order mark is skipped; lines end in LF or CRLF; the last newline may be missing. Fields
/// are separated by blanks (space, tab), by one comma, or both; a comma with nothing on one side
/// makes an empty field. Numbers never depend on the locale. Works on a view and copies nothing:
/// `text` must outlive the reader.
class LineReader {
 public:
  /// `name` is the file as messages show it: "DIR/DS_A.txt", "a.zip!DS/DS_A.txt".
  LineReader(std::string_view text, std::string name);

  /// Goes to the next line; false at the end of the text. Blank lines are lines.
  bool next();

  /// The current line without its end (LF or CRLF).
  [[nodiscard]] std::string_view line() const noexcept { return line_; }
  /// Its number, from 1; 0 before the first next().
  [[nodiscard]] std::int64_t number() const noexcept { return number_; }
  /// Whether only blanks are left of the line (all of it, right after next()).
  [[nodiscard]] bool at_end() const noexcept;

  /// The next field, without blanks around it. `what` names it in the message about a missing one.
  std::string_view field(std::string_view what);
  /// The next field as an integer in min..max.
  std::int64_t integer(std::string_view what,
                       std::int64_t min = std::numeric_limits<std::int64_t>::min(),
                       std::int64_t max = std::numeric_limits<std::int64_t>::max());
  /// The next field as a number: "1", "1.5", "-1e-3"; also "nan" and "inf" where allowed. What is
  /// too small for a double becomes 0 or denormal, what is too large is refused.
  double real(std::string_view what, NonFinite non_finite = NonFinite::kRefuse);
  /// Everything that is left of the line, blanks around it removed.
  std::string_view rest();
  /// Requires that no field is left.
  void expect_end();

  /// Number of lines that a text has; a last line without newline counts.
  [[nodiscard]] static std::int64_t count_lines(std::string_view text) noexcept;

  /// @throws DataError "NAME:LINE: text".
  [[noreturn]] void fail(const std::string& text) const;
  /// @throws DataError "NAME:LINE: text (expected EXPECTED, got "GOT")".
  [[noreturn]] void fail(const std::string& text, const std::string& expected,
                         std::string_view got) const;

 private:
  [[noreturn]] void fail_integer(std::string_view what, std::string_view got, std::int64_t min,
                                 std::int64_t max, bool is_integer) const;

  std::string name_;
  std::string_view text_;  ///< What follows the current line.
  std::string_view line_;
  std::size_t at_ = 0;  ///< Where the next field begins in line_.
  bool after_comma_ = false;
  std::int64_t number_ = 0;
};

}  // namespace isthmus::formats
