#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace isthmus::formats {

/// How a member lies in the archive.
enum class ZipMethod { kStored, kDeflate };

/// Limits of ZipReader against archives made to exhaust memory.
struct ZipOptions {
  /// A member may unpack to `free_bytes + max_ratio * size of the archive`. Published graph sets
  /// stay below 44 MB or a ratio of 12; sparse features stored dense reach 140 in small files.
  std::uint64_t free_bytes = std::uint64_t{64} << 20U;
  std::uint64_t max_ratio = 20;
};

/// Reads zip archives (ZIP64 too) that follow the rules, and no others: what two programs might
/// read differently is refused.
///
/// Refused when opening: encryption, several disks, methods other than stored and deflate, names
/// that are empty, twice there, absolute, or hold "..", a backslash or NUL; local headers that
/// contradict the directory; members that overlap, leave the file or reach into the directory;
/// bytes after the end record. Refused when reading a member: a size over the limit, another size
/// or CRC-32 than declared, compressed bytes that end early or late.
///
/// The archive stays open and members are read on demand, so one that is never asked for does no
/// harm by its content. Copies share the file; const members may be called from several threads.
class ZipReader {
 public:
  /// @throws DataError "PATH@OFFSET: rule".
  explicit ZipReader(const std::filesystem::path& path, const ZipOptions& options = {});
  /// The same for an archive in memory, called `name` in messages.
  [[nodiscard]] static ZipReader of_bytes(std::string bytes, std::string name,
                                          const ZipOptions& options = {});

  /// Members in the order of the directory, without folders.
  [[nodiscard]] std::vector<std::string> names() const;
  [[nodiscard]] bool contains(std::string_view member) const;
  /// Unpacked size as declared. @throws DataError if there is no such member.
  [[nodiscard]] std::uint64_t size(std::string_view member) const;
  /// Content of a member. @throws DataError "PATH!MEMBER: rule".
  [[nodiscard]] std::string read(std::string_view member) const;
  [[nodiscard]] std::vector<std::byte> read_bytes(std::string_view member) const;
  /// The archive's own name, as given.
  [[nodiscard]] const std::string& path() const noexcept;
  /// "PATH!MEMBER", as messages about its content should call it.
  [[nodiscard]] std::string name_of(std::string_view member) const;

 private:
  struct State;
  explicit ZipReader(std::shared_ptr<const State> state);
  std::shared_ptr<const State> state_;
};

/// One member for write_zip().
struct ZipEntry {
  std::string name;
  std::string_view content;
  ZipMethod method = ZipMethod::kDeflate;
};

/// Bytes of an archive with these members in this order. No time stamps: equal input gives equal
/// bytes (for one version of zlib).
/// @throws InvalidArgument for a name that ZipReader would refuse.
/// @throws ResourceLimit from 4 GiB or 65535 members on: ZIP64 is read, not written.
[[nodiscard]] std::string write_zip(std::span<const ZipEntry> entries);

}  // namespace isthmus::formats
