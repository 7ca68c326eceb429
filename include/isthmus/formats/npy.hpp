#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::formats {

/// Element types of .npy files that isthmus reads. kUnicode is numpy's `<U` (fixed width, UTF-32),
/// kBytes its `|S`.
enum class NpyType {
  kBool,
  kI8,
  kI16,
  kI32,
  kI64,
  kU8,
  kU16,
  kU32,
  kU64,
  kF16,
  kF32,
  kF64,
  kUnicode,
  kBytes,
};

/// An array in memory: native byte order and C order whatever the file had.
struct NpyArray {
  NpyType type = NpyType::kF32;
  std::int64_t width = 1;           ///< Characters per element of kUnicode and kBytes, else 1.
  std::vector<std::int64_t> shape;  ///< Empty for a single number.
  std::vector<std::byte> data;      ///< size() elements of item_size() bytes each.
  std::string origin;               ///< Where it came from, for messages: "a.npz!x.npy".

  [[nodiscard]] std::int64_t size() const noexcept;      ///< Number of elements.
  [[nodiscard]] std::size_t item_size() const noexcept;  ///< Bytes per element.
  /// "bool", "int64", "float32", "str", ...
  [[nodiscard]] std::string_view type_name() const noexcept;
};

/// Reads a .npy file, versions 1.0 to 3.0, both byte orders, C and Fortran order (which is
/// transposed here). Refused: object and structured arrays (objects are pickles: code), other
/// types, more than 32 dimensions, a payload that is not exactly what the shape says.
/// @throws DataError "NAME@OFFSET: rule".
[[nodiscard]] NpyArray parse_npy(std::string_view bytes, const std::string& name);
/// The same, taking over the memory of `bytes`.
[[nodiscard]] NpyArray parse_npy(std::vector<std::byte>&& bytes, const std::string& name);

/// The bytes that numpy.save() writes: version 1.0, C order, native byte order (3.0 and 2.0 are
/// never needed by these types).
/// @throws InvalidArgument if data has not size() * item_size() bytes or a dimension is negative.
[[nodiscard]] std::string write_npy(const NpyArray& array);

/// An array of these values, one of the numeric types; a `bool` becomes kBool.
/// @throws InvalidArgument if shape and number of values disagree.
template <typename T>
[[nodiscard]] NpyArray make_npy(std::span<const T> values, std::vector<std::int64_t> shape);

/// The elements as another type, in C order. What the type cannot hold is refused with the position
/// of the element, never rounded or wrapped:
/// to_int64: integers, bool, and floating-point values that are whole numbers below 2^53.
/// @throws DataError "ORIGIN: element K is ... (expected ..., got ...)".
[[nodiscard]] std::vector<std::int64_t> to_int64(const NpyArray& array);
/// Numbers and bool. float64 is rounded, but not beyond float's range; integers up to 2^24.
[[nodiscard]] std::vector<float> to_float(const NpyArray& array);
/// Numbers and bool; integers up to 2^53.
[[nodiscard]] std::vector<double> to_double(const NpyArray& array);
/// bool and integers, all of them 0 or 1.
[[nodiscard]] std::vector<std::uint8_t> to_bool(const NpyArray& array);
/// kUnicode and kBytes: UTF-8, without the trailing NULs that pad the width.
[[nodiscard]] std::vector<std::string> to_strings(const NpyArray& array);

}  // namespace isthmus::formats
