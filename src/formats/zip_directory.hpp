#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::formats {

/// A member as the central directory describes it, checked against its local header.
struct ZipMember {
  std::string name;
  bool deflated = false;
  std::uint32_t crc = 0;
  std::uint64_t packed_size = 0;
  std::uint64_t size = 0;
  std::uint64_t local_offset = 0;
  std::uint64_t data_offset = 0;
};

/// Bytes offset..offset+size of the archive, all of them inside it.
using ReadAt = std::function<std::string(std::uint64_t offset, std::uint64_t size)>;

/// Reads and checks the directory of an archive of `size` bytes called `archive`: the structural
/// rules of ZipReader. @throws DataError.
[[nodiscard]] std::vector<ZipMember> read_zip_directory(const ReadAt& read, std::uint64_t size,
                                                        const std::string& archive);

/// What is wrong with a member's name ("is empty", ...), or nothing.
[[nodiscard]] std::string fault_of_zip_name(std::string_view name);

}  // namespace isthmus::formats
