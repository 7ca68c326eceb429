#include "isthmus/formats/gzip.hpp"

#include <algorithm>
#include <cstddef>
#include <limits>

#include <zlib.h>

#include "isthmus/core/error.hpp"

namespace isthmus::formats {
namespace {

constexpr std::string_view kGzipMagic = "\x1F\x8B";
constexpr std::size_t kGzipChunk = std::size_t{1} << 18U;
constexpr std::size_t kGzipFloor = std::size_t{64} << 20U;
constexpr std::size_t kGzipRatio = 20;

/// zlib's state for one file.
class Gunzipper {
 public:
  Gunzipper() {
    // 16: gzip's header and trailer are read and checked by zlib.
    if (inflateInit2(&stream_, MAX_WBITS + 16) != Z_OK) {
      throw ResourceLimit("gunzip: zlib could not be initialised");
    }
  }
  Gunzipper(const Gunzipper&) = delete;
  Gunzipper& operator=(const Gunzipper&) = delete;
  ~Gunzipper() { inflateEnd(&stream_); }

  z_stream* operator->() { return &stream_; }
  int step() { return inflate(&stream_, Z_NO_FLUSH); }
  void next_member() { inflateReset(&stream_); }

 private:
  z_stream stream_{};
};

}  // namespace

bool is_gzip(std::string_view bytes) { return bytes.starts_with(kGzipMagic); }

std::string gunzip(std::string_view packed, const std::string& name) {
  const std::size_t most = kGzipFloor + kGzipRatio * packed.size();
  const DataLocation where{.file = name};
  std::string out;
  std::size_t written = 0;
  std::size_t read = 0;
  Gunzipper zlib;
  while (true) {
    if (zlib->avail_in == 0) {
      const std::size_t size =
          std::min<std::size_t>(packed.size() - read, std::numeric_limits<uInt>::max());
      // zlib does not write to its input.
      zlib->next_in = reinterpret_cast<Bytef*>(const_cast<char*>(packed.data() + read));
      zlib->avail_in = static_cast<uInt>(size);
      read += size;
    }
    if (written == out.size()) {
      out.resize(std::min(out.size() + std::max(kGzipChunk, out.size() / 2), most + 1));
    }
    const auto room = static_cast<uInt>(
        std::min<std::size_t>(out.size() - written, std::numeric_limits<uInt>::max()));
    zlib->next_out = reinterpret_cast<Bytef*>(out.data() + written);
    zlib->avail_out = room;
    const int status = zlib.step();
    written += room - zlib->avail_out;
    if (written > most) {
      throw DataError(where, "unpacks to more than " + std::to_string(most) + " bytes",
                      "unpack it by hand if that is meant: gzip -dk FILE");
    }
    const bool all_read = zlib->avail_in == 0 && read == packed.size();
    if (status == Z_STREAM_END) {
      if (all_read) {
        out.resize(written);
        return out;
      }
      zlib.next_member();
    } else if (status == Z_BUF_ERROR || (status == Z_OK && all_read && zlib->avail_out != 0)) {
      throw DataError(where, "packed bytes end too early");
    } else if (status != Z_OK) {
      throw DataError(where, std::string("packed bytes are damaged (") +
                                 (zlib->msg != nullptr ? zlib->msg : "zlib gave up") + ")");
    }
  }
}

}  // namespace isthmus::formats
