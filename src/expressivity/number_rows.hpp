#pragma once

#include <cstdint>
#include <span>

#include "number_signatures.hpp"

namespace isthmus::expressivity {

/// Numbers rows of words by their rank in lexicographic order, a shorter row before those that it
/// begins: the exact counterpart of number_signatures().
///
/// @param words   The rows, one after another.
/// @param offset  R + 1: row r is words[offset[r]] .. words[offset[r + 1]].
/// @par Cost  O(R log R) comparisons of rows; 8 bytes a row.
[[nodiscard]] Numbering number_rows(std::span<const std::uint64_t> words,
                                    std::span<const std::int64_t> offset);

}  // namespace isthmus::expressivity
