#pragma once

#include <string>
#include <string_view>

namespace isthmus::draw {

/// Text as XML holds it, between tags or in double quotes: & < > " as entities, control characters
/// that XML does not allow as blanks, bytes that are no UTF-8 (and U+FFFE, U+FFFF) as U+FFFD.
[[nodiscard]] std::string xml_text(std::string_view text);

/// A coordinate: one decimal, never "-0.0".
[[nodiscard]] std::string fixed1(double number);

/// A number for people: three significant digits, "1.23e+06".
[[nodiscard]] std::string short_number(double number);

}  // namespace isthmus::draw
