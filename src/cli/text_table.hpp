#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "isthmus/formats/json.hpp"

namespace isthmus::cli {

/// Rows as text: columns padded to their widest cell, two blanks between, none at a line's end.
/// Columns where every cell below the first row is a number are aligned right.
[[nodiscard]] std::string text_table(const std::vector<std::vector<std::string>>& rows);

/// "name   value" lines, values aligned.
[[nodiscard]] std::string fact_lines(const std::vector<std::pair<std::string, std::string>>& facts);

/// A size for people: "1.5 GiB".
[[nodiscard]] std::string size_text(std::uint64_t bytes);

/// A number with that many decimals.
[[nodiscard]] std::string fixed(double number, int decimals);

/// "a, b, c".
[[nodiscard]] std::string comma_list(const std::vector<std::string>& words);

/// The strings as a JSON array.
[[nodiscard]] formats::Json json_array(const std::vector<std::string>& words);

}  // namespace isthmus::cli
