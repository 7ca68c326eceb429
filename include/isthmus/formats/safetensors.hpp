#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::formats {

/// Element types of safetensors that isthmus reads and writes.
enum class TensorType { kF64, kF32, kF16, kBf16, kI64, kI32, kI16, kI8, kU8, kBool };

/// Bytes per element.
[[nodiscard]] std::size_t size_of(TensorType type);
/// "F32", "I64", ... as written in the header.
[[nodiscard]] std::string_view name_of(TensorType type);

/// One tensor: row-major bytes, little-endian.
struct TensorBytes {
  TensorType type = TensorType::kF32;
  std::vector<std::int64_t> shape;
  std::vector<std::byte> data;
};

/// Content of a safetensors file; names are sorted, metadata too, so equal content gives equal
/// bytes.
struct SafetensorsFile {
  std::map<std::string, std::string, std::less<>> metadata;
  std::map<std::string, TensorBytes, std::less<>> tensors;
};

/// Reads and checks a whole file. The message of every refusal ends in a code that programs may
/// match:
///
///   ST_TOO_SHORT, ST_HEADER_TOO_LARGE, ST_HEADER_LENGTH   8 bytes of length, at most 100,000,000,
///                                                         inside the file
///   ST_UTF8, ST_JSON       one JSON object in UTF-8 from the first byte on, only blanks after it;
///                          integers plain and not negative; at most 8 levels
///   ST_DUPLICATE           a key twice, at any level
///   ST_METADATA, ST_ENTRY  __metadata__ maps strings to strings; every other entry has exactly
///   dtype,
///                          shape and data_offsets
///   ST_DTYPE, ST_OVERFLOW, ST_SIZE     a TensorType; shape x type countable, and the bytes it has
///   ST_OFFSET, ST_INCOMPLETE           from 0 without hole or overlap to the end of the file
///
/// Data need not be aligned. @throws DataError "NAME@OFFSET: rule [CODE]".
[[nodiscard]] SafetensorsFile read_safetensors(const std::filesystem::path& path);
[[nodiscard]] SafetensorsFile parse_safetensors(std::string_view bytes, std::string_view name);

/// The bytes of a file: metadata first, then tensors by falling element size and name, so that each
/// is aligned to its elements; data starts at a multiple of 8.
/// @throws InvalidArgument if data has another size than shape and type say, or a name or metadata
/// is not UTF-8, or a tensor is called __metadata__.
[[nodiscard]] std::string write_safetensors(const SafetensorsFile& file);

}  // namespace isthmus::formats
