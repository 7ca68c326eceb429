#include "zip_directory.hpp"

#include <algorithm>
#include <optional>
#include <set>

#include "isthmus/core/error.hpp"

#include "little_endian.hpp"
#include "text.hpp"

namespace isthmus::formats {
namespace {

constexpr std::uint64_t kEndSize = 22;
constexpr std::uint64_t kLocatorSize = 20;
constexpr std::uint64_t kEnd64Size = 56;
constexpr std::uint64_t kEntrySize = 46;
constexpr std::uint64_t kLocalSize = 30;
constexpr std::uint32_t kFull32 = 0xFFFFFFFF;
constexpr std::uint16_t kFull16 = 0xFFFF;
constexpr unsigned kEncrypted = 1U;
constexpr unsigned kDescriptor = 1U << 3U;
/// Deflate's level (1, 2), data descriptor (3), UTF-8 names (11): none changes how bytes are read.
constexpr unsigned kKnownFlags = 0b1000'0000'1110U;

/// Where the central directory lies and how many entries it has.
struct Directory {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::uint64_t entries = 0;
};

class DirectoryReader {
 public:
  DirectoryReader(const ReadAt& read, std::uint64_t size, const std::string& archive)
      : read_(read), size_(size), archive_(archive) {}

  std::vector<ZipMember> read() {
    const Directory directory = find_directory();
    std::vector<ZipMember> members = read_entries(directory);
    for (ZipMember& member : members) {
      check_local_header(member, directory.offset);
    }
    refuse_overlaps(members);
    return members;
  }

 private:
  [[noreturn]] void fail(std::uint64_t offset, const std::string& text) const {
    throw DataError({.file = archive_, .offset = static_cast<std::int64_t>(offset)}, text);
  }

  void require(bool holds, std::uint64_t offset, const char* rule) const {
    if (!holds) {
      fail(offset, rule);
    }
  }

  /// The end record: the last one whose comment ends exactly where the file does.
  Directory find_directory() {
    const std::uint64_t window = std::min(size_, kEndSize + kFull16);
    const std::string tail = read_(size_ - window, window);
    for (std::uint64_t back = kEndSize; back <= window; ++back) {
      const std::size_t at = window - back;
      if (load_little<std::uint32_t>(std::string_view(tail).substr(at, 4), 0) == 0x06054B50 &&
          load_little<std::uint16_t>(tail, at + 20) == back - kEndSize) {
        return read_end(std::string_view(tail).substr(at, kEndSize), size_ - back);
      }
    }
    fail(size_, "not a zip archive (no end record)");
  }

  Directory read_end(std::string_view end, std::uint64_t at) {
    const auto disk = load_little<std::uint16_t>(end, 4);
    const auto directory_disk = load_little<std::uint16_t>(end, 6);
    const auto entries_here = load_little<std::uint16_t>(end, 8);
    Directory directory;
    directory.entries = load_little<std::uint16_t>(end, 10);
    directory.size = load_little<std::uint32_t>(end, 12);
    directory.offset = load_little<std::uint32_t>(end, 16);
    std::uint64_t limit = at;
    if (directory.entries == kFull16 || directory.size == kFull32 || directory.offset == kFull32) {
      if (const std::optional<std::uint64_t> at64 = find_end64(at)) {
        directory = read_end64(*at64);
        limit = *at64;
      }
    } else {
      require(disk == 0 && directory_disk == 0 && entries_here == directory.entries, at,
              "archives on several disks are not supported");
    }
    require(directory.offset <= limit && directory.size == limit - directory.offset, at,
            "the directory does not end where the end record begins");
    require(directory.entries <= directory.size / kEntrySize, at,
            "more members than the directory has room for");
    return directory;
  }

  std::optional<std::uint64_t> find_end64(std::uint64_t end_at) {
    if (end_at < kLocatorSize) {
      return std::nullopt;
    }
    const std::uint64_t at = end_at - kLocatorSize;
    const std::string locator = read_(at, kLocatorSize);
    if (load_little<std::uint32_t>(locator, 0) != 0x07064B50) {
      return std::nullopt;
    }
    require(
        load_little<std::uint32_t>(locator, 4) == 0 && load_little<std::uint32_t>(locator, 16) == 1,
        at, "archives on several disks are not supported");
    const auto end64 = load_little<std::uint64_t>(locator, 8);
    require(at >= kEnd64Size && end64 <= at - kEnd64Size, at,
            "the ZIP64 end record lies outside the file");
    return end64;
  }

  Directory read_end64(std::uint64_t at) {
    const std::string end = read_(at, kEnd64Size);
    require(load_little<std::uint32_t>(end, 0) == 0x06064B50, at, "no ZIP64 end record here");
    const auto entries_here = load_little<std::uint64_t>(end, 24);
    Directory directory;
    directory.entries = load_little<std::uint64_t>(end, 32);
    directory.size = load_little<std::uint64_t>(end, 40);
    directory.offset = load_little<std::uint64_t>(end, 48);
    require(load_little<std::uint32_t>(end, 16) == 0 && load_little<std::uint32_t>(end, 20) == 0 &&
                entries_here == directory.entries,
            at, "archives on several disks are not supported");
    return directory;
  }

  std::vector<ZipMember> read_entries(const Directory& directory) {
    const std::string bytes = read_(directory.offset, directory.size);
    std::vector<ZipMember> members;
    std::set<std::string, std::less<>> names;
    std::size_t at = 0;
    for (std::uint64_t k = 0; k < directory.entries; ++k) {
      const std::uint64_t where = directory.offset + at;
      ZipMember member = read_entry(bytes, at, directory.offset);
      if (!names.insert(member.name).second) {
        fail(where, "member " + in_quotes(member.name) + " is there twice");
      }
      members.push_back(std::move(member));
    }
    require(at == bytes.size(), directory.offset + at, "bytes between the directory and its end");
    return members;
  }

  /// Reads the entry at `at` and moves `at` behind it.
  ZipMember read_entry(std::string_view bytes, std::size_t& at, std::uint64_t base) {
    const std::uint64_t where = base + at;
    require(bytes.size() - at >= kEntrySize && load_little<std::uint32_t>(bytes, at) == 0x02014B50,
            where, "no directory entry here");
    const auto flags = load_little<std::uint16_t>(bytes, at + 8);
    const auto method = load_little<std::uint16_t>(bytes, at + 10);
    const std::size_t name_size = load_little<std::uint16_t>(bytes, at + 28);
    const std::size_t extra_size = load_little<std::uint16_t>(bytes, at + 30);
    const std::size_t comment_size = load_little<std::uint16_t>(bytes, at + 32);
    require(bytes.size() - at - kEntrySize >= name_size + extra_size + comment_size, where,
            "directory entry is cut off");
    ZipMember member;
    member.name = bytes.substr(at + kEntrySize, name_size);
    if (const std::string fault = fault_of_zip_name(member.name); !fault.empty()) {
      fail(where, "name of member " + in_quotes(member.name) + " " + fault);
    }
    const std::string who = "member " + in_quotes(member.name);
    if ((flags & kEncrypted) != 0) {
      fail(where, who + " is encrypted");
    }
    if ((flags & ~kKnownFlags) != 0) {
      fail(where, who + " has unsupported flags (got " + std::to_string(flags) + ")");
    }
    if (method != 0 && method != 8) {
      fail(where, who + " has an unsupported method (expected 0 stored or 8 deflate, got " +
                      std::to_string(method) + ")");
    }
    member.deflated = method == 8;
    member.crc = load_little<std::uint32_t>(bytes, at + 16);
    member.packed_size = load_little<std::uint32_t>(bytes, at + 20);
    member.size = load_little<std::uint32_t>(bytes, at + 24);
    member.local_offset = load_little<std::uint32_t>(bytes, at + 42);
    const auto disk = load_little<std::uint16_t>(bytes, at + 34);
    read_extra64(bytes.substr(at + kEntrySize + name_size, extra_size), member, where);
    require(disk == 0 || disk == kFull16, where, "archives on several disks are not supported");
    if (!member.deflated && member.packed_size != member.size) {
      fail(where, who + " is stored with two sizes (expected " +
                      std::to_string(member.packed_size) + ", got " + std::to_string(member.size) +
                      ")");
    }
    at += kEntrySize + name_size + extra_size + comment_size;
    return member;
  }

  /// Takes from the ZIP64 field, in this order, exactly what did not fit into 32 bits.
  void read_extra64(std::string_view extra, ZipMember& member, std::uint64_t where) const {
    while (extra.size() >= 4) {
      const auto id = load_little<std::uint16_t>(extra, 0);
      const std::size_t size = load_little<std::uint16_t>(extra, 2);
      require(extra.size() - 4 >= size, where, "extra field is cut off");
      std::string_view field = extra.substr(4, size);
      extra.remove_prefix(4 + size);
      if (id != 1) {
        continue;
      }
      for (std::uint64_t* value : {&member.size, &member.packed_size, &member.local_offset}) {
        if (*value == kFull32) {
          require(field.size() >= 8, where, "ZIP64 field is cut off");
          *value = load_little<std::uint64_t>(field, 0);
          field.remove_prefix(8);
        }
      }
      return;
    }
  }

  void check_local_header(ZipMember& member, std::uint64_t directory_offset) {
    const std::uint64_t at = member.local_offset;
    require(at <= directory_offset && directory_offset - at >= kLocalSize, at,
            "local header lies outside the file");
    const std::string head = read_(at, kLocalSize);
    require(load_little<std::uint32_t>(head, 0) == 0x04034B50, at, "no local header here");
    const std::uint64_t name_size = load_little<std::uint16_t>(head, 26);
    const std::uint64_t extra_size = load_little<std::uint16_t>(head, 28);
    const std::uint64_t room = directory_offset - at - kLocalSize;
    require(name_size + extra_size <= room, at, "local header is cut off");
    const std::uint64_t data_room = room - name_size - extra_size;
    member.data_offset = at + kLocalSize + name_size + extra_size;
    const std::string who = "member " + in_quotes(member.name);
    if (member.packed_size > data_room) {
      fail(at, who + " reaches beyond its part of the file (expected at most " +
                   std::to_string(data_room) + " bytes, got " + std::to_string(member.packed_size) +
                   ")");
    }
    const auto flags = load_little<std::uint16_t>(head, 6);
    const auto method = load_little<std::uint16_t>(head, 8);
    // With a data descriptor, or ZIP64, the header leaves crc and sizes to the directory.
    const auto agrees = [&](std::size_t field, std::uint64_t value) {
      const auto local = load_little<std::uint32_t>(head, field);
      return local == value || local == kFull32 || ((flags & kDescriptor) != 0 && local == 0);
    };
    const bool crc_agrees =
        load_little<std::uint32_t>(head, 14) == member.crc ||
        ((flags & kDescriptor) != 0 && load_little<std::uint32_t>(head, 14) == 0);
    if ((flags & kEncrypted) != 0 || (flags & ~kKnownFlags) != 0 ||
        method != (member.deflated ? 8 : 0) || !crc_agrees || !agrees(18, member.packed_size) ||
        !agrees(22, member.size) || read_(at + kLocalSize, name_size) != member.name) {
      fail(at, who + " contradicts its entry in the directory");
    }
  }

  void refuse_overlaps(const std::vector<ZipMember>& members) const {
    std::vector<const ZipMember*> order;
    order.reserve(members.size());
    for (const ZipMember& member : members) {
      order.push_back(&member);
    }
    std::sort(order.begin(), order.end(), [](const ZipMember* a, const ZipMember* b) {
      return a->local_offset < b->local_offset;
    });
    for (std::size_t k = 1; k < order.size(); ++k) {
      if (order[k - 1]->data_offset + order[k - 1]->packed_size > order[k]->local_offset) {
        fail(order[k]->local_offset, "members " + in_quotes(order[k - 1]->name) + " and " +
                                         in_quotes(order[k]->name) + " overlap");
      }
    }
  }

  const ReadAt& read_;
  std::uint64_t size_;
  const std::string& archive_;
};

}  // namespace

std::vector<ZipMember> read_zip_directory(const ReadAt& read, std::uint64_t size,
                                          const std::string& archive) {
  return DirectoryReader(read, size, archive).read();
}

std::string fault_of_zip_name(std::string_view name) {
  if (name.empty()) {
    return "is empty";
  }
  if (name.front() == '/') {
    return "is absolute";
  }
  if (name.find('\0') != std::string_view::npos || name.find('\\') != std::string_view::npos) {
    return "holds a NUL or a backslash";
  }
  for (std::size_t at = 0; at <= name.size();) {
    const std::size_t end = std::min(name.find('/', at), name.size());
    if (name.substr(at, end - at) == "..") {
      return "leaves its folder by \"..\"";
    }
    at = end + 1;
  }
  return "";
}

}  // namespace isthmus::formats
