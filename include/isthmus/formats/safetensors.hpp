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

/// Reads and checks a whole file under the container rules (header length, no overlap, no gap,
/// offsets in range, sizes equal to shape x type, no duplicate name).
/// @throws DataError with byte offset.
[[nodiscard]] SafetensorsFile read_safetensors(const std::filesystem::path& path);
[[nodiscard]] SafetensorsFile parse_safetensors(std::string_view bytes, std::string_view name);

/// The bytes of a file; tensor data starts at a multiple of 8 (64 is not required by the format).
[[nodiscard]] std::string write_safetensors(const SafetensorsFile& file);

}  // namespace isthmus::formats
