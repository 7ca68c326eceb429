#include "isthmus/formats/zip.hpp"

#include <algorithm>
#include <cerrno>
#include <limits>
#include <set>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

#include "isthmus/core/error.hpp"

#include "little_endian.hpp"
#include "text.hpp"
#include "zip_directory.hpp"

namespace isthmus::formats {
namespace {

constexpr std::size_t kChunk = std::size_t{1} << 18U;

/// The archive's bytes, in memory or in an open file.
class Source {
 public:
  Source(std::string bytes, std::string name)
      : name_(std::move(name)), bytes_(std::move(bytes)), size_(bytes_.size()) {}

  explicit Source(const std::filesystem::path& path) : name_(path.string()) {
    fd_ = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    struct stat status {};
    if (fd_ < 0 || ::fstat(fd_, &status) != 0) {
      fail_errno();
    }
    if (!S_ISREG(status.st_mode)) {
      ::close(fd_);
      throw DataError({.file = name_}, "cannot be read: not a regular file");
    }
    size_ = static_cast<std::uint64_t>(status.st_size);
  }
  Source(const Source&) = delete;
  Source& operator=(const Source&) = delete;
  Source(Source&& other) noexcept
      : name_(std::move(other.name_)),
        bytes_(std::move(other.bytes_)),
        size_(other.size_),
        fd_(std::exchange(other.fd_, -1)) {}
  Source& operator=(Source&&) = delete;
  ~Source() {
    if (fd_ >= 0) {
      ::close(fd_);
    }
  }

  [[nodiscard]] const std::string& name() const { return name_; }
  [[nodiscard]] std::uint64_t size() const { return size_; }

  /// Fills out[0..size) with the bytes from `offset` on, all of them inside the archive.
  void read(std::uint64_t offset, char* out, std::size_t size) const {
    if (fd_ < 0) {
      std::copy_n(bytes_.data() + offset, size, out);
      return;
    }
    while (size > 0) {
      const ssize_t got =
          ::pread(fd_, out, std::min(size, std::size_t{1} << 30U), static_cast<off_t>(offset));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        fail_errno();
      }
      if (got == 0) {
        throw DataError({.file = name_, .offset = static_cast<std::int64_t>(offset)},
                        "the file became shorter while it was read");
      }
      out += got;
      offset += static_cast<std::uint64_t>(got);
      size -= static_cast<std::size_t>(got);
    }
  }

 private:
  [[noreturn]] void fail_errno() const {
    throw DataError({.file = name_}, std::string("cannot be read: ") + errno_text(errno));
  }

  std::string name_;
  std::string bytes_;
  std::uint64_t size_ = 0;
  int fd_ = -1;
};

class Inflater {
 public:
  Inflater() {
    if (inflateInit2(&stream_, -MAX_WBITS) != Z_OK) {
      throw ResourceLimit("zip: zlib could not be initialised");
    }
  }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;
  ~Inflater() { inflateEnd(&stream_); }

  z_stream* operator->() { return &stream_; }
  int step() { return inflate(&stream_, Z_NO_FLUSH); }

 private:
  z_stream stream_{};
};

/// Unpacks a deflated member into out[0..size); says what is wrong, or nothing.
std::string inflate_into(const Source& source, const ZipMember& member, char* out) {
  Inflater inflater;
  std::vector<char> packed(std::min<std::uint64_t>(kChunk, member.packed_size));
  std::uint64_t read = 0;
  std::uint64_t written = 0;
  char surplus = 0;  // one byte of room past the end shows a member that unpacks to too much
  int status = Z_OK;
  while (status == Z_OK) {
    if (inflater->avail_in == 0 && read < member.packed_size) {
      const auto size = static_cast<std::size_t>(
          std::min<std::uint64_t>(packed.size(), member.packed_size - read));
      source.read(member.data_offset + read, packed.data(), size);
      read += size;
      inflater->next_in = reinterpret_cast<Bytef*>(packed.data());
      inflater->avail_in = static_cast<uInt>(size);
    }
    const bool full = written == member.size;
    const auto room = full ? 1U
                           : static_cast<uInt>(std::min<std::uint64_t>(
                                 member.size - written, std::numeric_limits<uInt>::max()));
    inflater->next_out = reinterpret_cast<Bytef*>(full ? &surplus : out + written);
    inflater->avail_out = room;
    status = inflater.step();
    if (full && inflater->avail_out == 0) {
      return "unpacks to more than its declared size (expected " + std::to_string(member.size) +
             " bytes)";
    }
    written += full ? 0 : room - inflater->avail_out;
  }
  if (status == Z_BUF_ERROR) {  // there was room for output, hence input is what lacks
    return "compressed bytes end too early";
  }
  if (status != Z_STREAM_END) {
    return std::string("compressed bytes are damaged (") +
           (inflater->msg != nullptr ? inflater->msg : "zlib gave up") + ")";
  }
  if (written != member.size) {
    return "unpacks to less than its declared size (expected " + std::to_string(member.size) +
           " bytes, got " + std::to_string(written) + ")";
  }
  if (read != member.packed_size || inflater->avail_in != 0) {
    return "compressed bytes end too late";
  }
  return "";
}

std::uint32_t crc_of(std::string_view bytes) {
  return static_cast<std::uint32_t>(
      crc32_z(0, reinterpret_cast<const Bytef*>(bytes.data()), bytes.size()));
}

std::string hex_of(std::uint32_t value) {
  std::string text = "0x";
  for (unsigned shift = 32; shift > 0; shift -= 4) {
    text += "0123456789abcdef"[value >> (shift - 4) & 15U];
  }
  return text;
}

/// Raw deflate, or nothing where that would not be shorter.
std::string deflated(std::string_view content) {
  z_stream stream{};
  if (deflateInit2(&stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, -MAX_WBITS, 8, Z_DEFAULT_STRATEGY) !=
      Z_OK) {
    throw ResourceLimit("write_zip: zlib could not be initialised");
  }
  std::string out(content.size(), '\0');
  // zlib wants a mutable pointer and does not write through it.
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  const int status = deflate(&stream, Z_FINISH);
  out.resize(status == Z_STREAM_END ? stream.total_out : 0);
  deflateEnd(&stream);
  return out;
}

}  // namespace

struct ZipReader::State {
  Source source;
  ZipOptions options;
  std::vector<ZipMember> members;

  State(Source the_source, const ZipOptions& the_options)
      : source(std::move(the_source)), options(the_options) {
    const ReadAt read = [this](std::uint64_t offset, std::uint64_t size) {
      std::string bytes(static_cast<std::size_t>(size), '\0');
      source.read(offset, bytes.data(), bytes.size());
      return bytes;
    };
    members = read_zip_directory(read, source.size(), source.name());
  }

  [[nodiscard]] const ZipMember* find(std::string_view name) const {
    const auto it = std::find_if(members.begin(), members.end(),
                                 [&](const ZipMember& member) { return member.name == name; });
    return it == members.end() ? nullptr : &*it;
  }

  [[nodiscard]] const ZipMember& at(std::string_view name) const {
    const ZipMember* member = find(name);
    if (member == nullptr) {
      throw DataError({.file = source.name()}, "has no member " + in_quotes(name));
    }
    return *member;
  }

  [[noreturn]] void fail(const ZipMember& member, const std::string& text,
                         const std::string& hint = {}) const {
    throw DataError({.file = source.name() + "!" + member.name}, text, hint);
  }

  /// Bytes is std::string or std::vector<std::byte>.
  template <typename Bytes>
  [[nodiscard]] Bytes content(std::string_view name) const {
    const ZipMember& member = at(name);
    const std::uint64_t limit = options.free_bytes + options.max_ratio * source.size();
    if (member.size > limit) {
      fail(member,
           "is too large (expected at most " + std::to_string(limit) + " bytes, got " +
               std::to_string(member.size) + ")",
           "unpack the archive if you trust it");
    }
    Bytes bytes(static_cast<std::size_t>(member.size), typename Bytes::value_type{});
    char* out = reinterpret_cast<char*>(bytes.data());
    if (member.deflated) {
      if (const std::string fault = inflate_into(source, member, out); !fault.empty()) {
        fail(member, fault);
      }
    } else {
      source.read(member.data_offset, out, bytes.size());
    }
    if (const std::uint32_t crc = crc_of({out, bytes.size()}); crc != member.crc) {
      fail(member,
           "CRC-32 does not match (expected " + hex_of(member.crc) + ", got " + hex_of(crc) + ")");
    }
    return bytes;
  }
};

ZipReader::ZipReader(std::shared_ptr<const State> state) : state_(std::move(state)) {}

ZipReader::ZipReader(const std::filesystem::path& path, const ZipOptions& options)
    : state_(std::make_shared<const State>(Source(path), options)) {}

ZipReader ZipReader::of_bytes(std::string bytes, std::string name, const ZipOptions& options) {
  return ZipReader(
      std::make_shared<const State>(Source(std::move(bytes), std::move(name)), options));
}

std::vector<std::string> ZipReader::names() const {
  std::vector<std::string> names;
  for (const ZipMember& member : state_->members) {
    if (!member.name.ends_with('/')) {
      names.push_back(member.name);
    }
  }
  return names;
}

bool ZipReader::contains(std::string_view member) const { return state_->find(member) != nullptr; }

std::uint64_t ZipReader::size(std::string_view member) const { return state_->at(member).size; }

std::string ZipReader::read(std::string_view member) const {
  return state_->content<std::string>(member);
}

std::vector<std::byte> ZipReader::read_bytes(std::string_view member) const {
  return state_->content<std::vector<std::byte>>(member);
}

const std::string& ZipReader::path() const noexcept { return state_->source.name(); }

std::string ZipReader::name_of(std::string_view member) const {
  return state_->source.name() + "!" + std::string(member);
}

std::string write_zip(std::span<const ZipEntry> entries) {
  constexpr std::size_t kMax = std::numeric_limits<std::uint32_t>::max();
  constexpr std::uint16_t kVersion = 20;  // 2.0: deflate
  constexpr std::uint16_t kUtf8Names = 1U << 11U;
  constexpr std::uint32_t kNoTime = 0x00210000;  // 1980-01-01, the earliest day zip knows
  if (entries.size() >= 0xFFFF) {
    throw ResourceLimit("write_zip: at most 65534 members, got " + std::to_string(entries.size()));
  }
  std::string out;
  std::string directory;
  std::set<std::string_view> names;
  for (const ZipEntry& entry : entries) {
    std::string fault = fault_of_zip_name(entry.name);
    if (fault.empty() && (entry.name.size() > 0xFFFF || !names.insert(entry.name).second)) {
      fault = "is too long or there twice";
    }
    if (!fault.empty()) {
      throw InvalidArgument("write_zip: name of member " + in_quotes(entry.name) + " " + fault);
    }
    if (entry.content.size() >= kMax || out.size() + entry.content.size() >= kMax - 0x20000) {
      throw ResourceLimit("write_zip: archives of 4 GiB and more are not written");
    }
    const std::string packed =
        entry.method == ZipMethod::kDeflate ? deflated(entry.content) : std::string();
    const std::string_view data = packed.empty() ? entry.content : std::string_view(packed);
    std::string common;  // the fields that local header and directory share
    append_little(common, kVersion);
    append_little(common, kUtf8Names);
    append_little(common, static_cast<std::uint16_t>(packed.empty() ? 0 : 8));
    append_little(common, kNoTime);
    append_little(common, crc_of(entry.content));
    append_little(common, static_cast<std::uint32_t>(data.size()));
    append_little(common, static_cast<std::uint32_t>(entry.content.size()));
    append_little(common, static_cast<std::uint32_t>(entry.name.size()));  // and no extra field
    append_little(directory, std::uint32_t{0x02014B50});
    append_little(directory, kVersion);
    directory += common;
    directory.append(10, '\0');  // no comment, disk 0, no attributes
    append_little(directory, static_cast<std::uint32_t>(out.size()));
    directory += entry.name;
    append_little(out, std::uint32_t{0x04034B50});
    out += common;
    out += entry.name;
    out += data;
  }
  const std::size_t offset = out.size();
  if (offset + directory.size() >= kMax) {
    throw ResourceLimit("write_zip: archives of 4 GiB and more are not written");
  }
  out += directory;
  append_little(out, std::uint32_t{0x06054B50});
  append_little(out, std::uint32_t{0});
  append_little(out, static_cast<std::uint16_t>(entries.size()));
  append_little(out, static_cast<std::uint16_t>(entries.size()));
  append_little(out, static_cast<std::uint32_t>(directory.size()));
  append_little(out, static_cast<std::uint32_t>(offset));
  append_little(out, std::uint16_t{0});
  return out;
}

}  // namespace isthmus::formats
