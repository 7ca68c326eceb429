#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace isthmus::formats {

/// `text`, cut to `limit` bytes and marked by "..." where it was longer: what messages show of a
/// file.
[[nodiscard]] std::string shortened(std::string_view text, std::size_t limit);

/// `text` in double quotes for a message, at most 60 bytes of it, control characters as \xNN.
[[nodiscard]] std::string in_quotes(std::string_view text);

/// Appends `text` as a JSON string, which is a TOML basic string too; invalid UTF-8 becomes U+FFFD.
void append_escaped(std::string& out, std::string_view text);

/// A finite double in the fewest digits that read back as the same value, with point or exponent.
[[nodiscard]] std::string shortest_double(double value);

}  // namespace isthmus::formats
