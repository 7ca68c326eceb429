#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/formats/npy.hpp"

namespace isthmus::formats {

/// What the header of a .npy file says.
struct NpyHeader {
  NpyType type = NpyType::kF32;
  std::int64_t width = 1;
  bool swapped = false;  ///< Bytes lie in the other order than this machine's.
  bool fortran_order = false;
  std::vector<std::int64_t> shape;
  std::size_t item_size = 0;     ///< Bytes per element.
  std::size_t payload_size = 0;  ///< Bytes of all elements; known not to overflow.
  std::size_t payload_at = 0;    ///< Where they begin.
};

/// Bytes of one element of a type; of one character for kUnicode and kBytes.
[[nodiscard]] std::size_t npy_unit_size(NpyType type) noexcept;
/// numpy's code of a type without byte order: "f4", "b1", "U".
[[nodiscard]] std::string_view npy_code(NpyType type) noexcept;

/// Reads magic, version and the dictionary of a .npy file. @throws DataError "NAME@OFFSET: rule".
[[nodiscard]] NpyHeader parse_npy_header(std::string_view bytes, const std::string& name);

}  // namespace isthmus::formats
