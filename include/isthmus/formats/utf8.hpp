#pragma once

#include <cstddef>
#include <string_view>

namespace isthmus::formats {

/// Length in bytes (1..4) of the well-formed UTF-8 sequence at `text[at]`, or 0 where the bytes are
/// none: overlong forms, surrogates and code points beyond U+10FFFF count as malformed.
[[nodiscard]] std::size_t utf8_length(std::string_view text, std::size_t at);

/// Position of the first byte that is not part of well-formed UTF-8; text.size() if all is well.
[[nodiscard]] std::size_t first_bad_utf8(std::string_view text);

}  // namespace isthmus::formats
