#include "npy_header.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <limits>
#include <utility>

#include "isthmus/core/error.hpp"

#include "little_endian.hpp"
#include "text.hpp"

namespace isthmus::formats {
namespace {

constexpr std::string_view kMagic = "\x93NUMPY";
constexpr std::size_t kMaxHeader = std::size_t{1} << 20U;
constexpr std::size_t kMaxRank = 32;  // numpy's own limit
constexpr std::int64_t kMaxWidth = std::int64_t{1} << 20U;

struct TypeRow {
  NpyType type;
  std::string_view code;
  std::size_t unit;
};

constexpr std::array<TypeRow, 14> kTypes = {{
    {NpyType::kBool, "b1", 1},
    {NpyType::kI8, "i1", 1},
    {NpyType::kI16, "i2", 2},
    {NpyType::kI32, "i4", 4},
    {NpyType::kI64, "i8", 8},
    {NpyType::kU8, "u1", 1},
    {NpyType::kU16, "u2", 2},
    {NpyType::kU32, "u4", 4},
    {NpyType::kU64, "u8", 8},
    {NpyType::kF16, "f2", 2},
    {NpyType::kF32, "f4", 4},
    {NpyType::kF64, "f8", 8},
    {NpyType::kUnicode, "U", 4},
    {NpyType::kBytes, "S", 1},
}};

const TypeRow& row_of(NpyType type) noexcept { return kTypes[static_cast<std::size_t>(type)]; }

/// Parses the dictionary literal: {'descr': '<f4', 'fortran_order': False, 'shape': (3, 4), }.
class HeaderParser {
 public:
  HeaderParser(std::string_view text, std::size_t base, const std::string& name)
      : text_(text), base_(base), name_(name) {}

  NpyHeader parse() {
    expect('{');
    while (!take('}')) {
      member();
      if (!take(',')) {
        expect('}');
        break;
      }
    }
    skip_blanks();
    if (at_ < text_.size()) {
      fail("header has text after the dictionary");
    }
    if (!has_descr_ || !has_order_ || !has_shape_) {
      fail("header lacks one of the keys descr, fortran_order, shape");
    }
    count_bytes();
    return std::move(header_);
  }

 private:
  [[noreturn]] void fail(const std::string& text) const {
    throw DataError({.file = name_, .offset = static_cast<std::int64_t>(base_ + at_)}, text);
  }

  void skip_blanks() {
    while (at_ < text_.size() && (text_[at_] == ' ' || text_[at_] == '\n' || text_[at_] == '\t')) {
      ++at_;
    }
  }

  bool take(char c) {
    skip_blanks();
    const bool there = at_ < text_.size() && text_[at_] == c;
    at_ += there ? 1 : 0;
    return there;
  }

  void expect(char c) {
    if (!take(c)) {
      fail("header is not the dictionary that numpy writes (expected \"" + std::string(1, c) +
           "\", got " + in_quotes(text_.substr(at_, 1)) + ")");
    }
  }

  std::string_view string() {
    skip_blanks();
    if (at_ >= text_.size() || (text_[at_] != '\'' && text_[at_] != '"')) {
      fail("header is not the dictionary that numpy writes (expected a string, got " +
           in_quotes(text_.substr(at_, 1)) + ")");
    }
    const char quote = text_[at_];
    const std::size_t end = text_.find(quote, at_ + 1);
    const std::string_view inside = text_.substr(at_ + 1, end - at_ - 1);
    if (end == std::string_view::npos || inside.find('\\') != std::string_view::npos) {
      fail("header holds a string that does not end");
    }
    at_ = end + 1;
    return inside;
  }

  void member() {
    const std::string_view key = string();
    expect(':');
    if (key == "descr" && !has_descr_) {
      has_descr_ = true;
      descr();
    } else if (key == "fortran_order" && !has_order_) {
      has_order_ = true;
      header_.fortran_order = boolean();
    } else if (key == "shape" && !has_shape_) {
      has_shape_ = true;
      shape();
    } else {
      fail("header has the key " + in_quotes(key) +
           " twice or beyond descr, fortran_order and shape");
    }
  }

  bool boolean() {
    skip_blanks();
    for (const std::string_view word : {"True", "False"}) {
      if (text_.substr(at_).starts_with(word)) {
        at_ += word.size();
        return word == "True";
      }
    }
    fail("fortran_order must be True or False");
  }

  void descr() {
    skip_blanks();
    if (at_ < text_.size() && text_[at_] == '[') {
      fail("structured arrays are not supported");
    }
    const std::string_view text = string();
    const std::string_view code = text.substr(std::min<std::size_t>(1, text.size()));
    if (code.starts_with('O')) {
      fail("arrays of Python objects are refused: they hold pickles, which can run code");
    }
    const char order = text.empty() ? '\0' : text.front();
    for (const TypeRow& row : kTypes) {
      const bool is_text = row.type == NpyType::kUnicode || row.type == NpyType::kBytes;
      const bool has_order = order == '<' || order == '>' || (order == '|' && row.unit == 1);
      if (has_order && (is_text ? code.starts_with(row.code) : code == row.code)) {
        header_.type = row.type;
        header_.swapped =
            row.unit > 1 && order != (std::endian::native == std::endian::little ? '<' : '>');
        header_.width = is_text ? width(code.substr(1), text) : 1;
        return;
      }
    }
    unsupported(text);
  }

  [[noreturn]] void unsupported(std::string_view descr) const {
    fail("element type is not supported (expected bool, i1..i8, u1..u8, f2..f8, U or S, got " +
         in_quotes(descr) + ")");
  }

  [[nodiscard]] std::int64_t width(std::string_view digits, std::string_view descr) const {
    std::int64_t value = -1;
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, value);
    if (error != std::errc() || stop != end || value < 1 || value > kMaxWidth) {
      unsupported(descr);
    }
    return value;
  }

  void shape() {
    expect('(');
    while (!take(')')) {
      if (header_.shape.size() == kMaxRank) {
        fail("shape has more than 32 dimensions");
      }
      header_.shape.push_back(dimension());
      if (!take(',')) {
        expect(')');
        if (header_.shape.size() == 1) {
          fail("shape must be a tuple");  // (3) is a number in Python, (3,) a tuple
        }
        break;
      }
    }
  }

  std::int64_t dimension() {
    skip_blanks();
    std::int64_t value = -1;
    const char* const begin = text_.data() + at_;
    const auto [stop, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc() || value < 0) {
      fail("shape must hold integers >= 0 of 63 bits");
    }
    at_ += static_cast<std::size_t>(stop - begin);
    if (at_ < text_.size() && text_[at_] == 'L') {
      ++at_;  // Python 2 wrote its long integers so
    }
    return value;
  }

  void count_bytes() {
    constexpr auto kMax = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
    header_.item_size = row_of(header_.type).unit * static_cast<std::size_t>(header_.width);
    bool empty = header_.item_size == 0;
    for (const std::int64_t n : header_.shape) {
      empty = empty || n == 0;
    }
    std::uint64_t bytes = header_.item_size;
    std::uint64_t elements = 1;
    for (const std::int64_t n : header_.shape) {
      const auto factor = static_cast<std::uint64_t>(n);
      if (factor != 0 && (elements > kMax / factor || (!empty && bytes > kMax / factor))) {
        fail("shape has more elements than 63 bits can count");
      }
      elements *= factor;
      bytes = empty ? 0 : bytes * factor;
    }
    header_.payload_size = static_cast<std::size_t>(empty ? 0 : bytes);
  }

  std::string_view text_;
  std::size_t base_;
  const std::string& name_;
  std::size_t at_ = 0;
  NpyHeader header_;
  bool has_descr_ = false;
  bool has_order_ = false;
  bool has_shape_ = false;
};

}  // namespace

std::size_t npy_unit_size(NpyType type) noexcept { return row_of(type).unit; }

std::string_view npy_code(NpyType type) noexcept { return row_of(type).code; }

NpyHeader parse_npy_header(std::string_view bytes, const std::string& name) {
  const auto fail = [&](std::int64_t offset, const std::string& text) {
    throw DataError({.file = name, .offset = offset}, text);
  };
  if (!bytes.starts_with(kMagic)) {
    fail(0, "not a npy file (expected \"\\x93NUMPY\", got " +
                in_quotes(bytes.substr(0, kMagic.size())) + ")");
  }
  if (bytes.size() < 10) {
    fail(static_cast<std::int64_t>(bytes.size()), "file ends inside the header");
  }
  const auto major = static_cast<unsigned char>(bytes[6]);
  const auto minor = static_cast<unsigned char>(bytes[7]);
  if (major < 1 || major > 3 || minor != 0) {
    fail(6, "npy version is not supported (expected 1.0, 2.0 or 3.0, got " + std::to_string(major) +
                "." + std::to_string(minor) + ")");
  }
  const std::size_t start = major == 1 ? 10 : 12;
  if (bytes.size() < start) {
    fail(static_cast<std::int64_t>(bytes.size()), "file ends inside the header");
  }
  const std::size_t length =
      major == 1 ? load_little<std::uint16_t>(bytes, 8) : load_little<std::uint32_t>(bytes, 8);
  if (length > bytes.size() - start || length > kMaxHeader) {
    fail(8, "header is longer than the file or 1 MiB (expected at most " +
                std::to_string(std::min(bytes.size() - start, kMaxHeader)) + " bytes, got " +
                std::to_string(length) + ")");
  }
  NpyHeader header = HeaderParser(bytes.substr(start, length), start, name).parse();
  header.payload_at = start + length;
  return header;
}

}  // namespace isthmus::formats
