#include "isthmus/formats/npy.hpp"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>
#include <type_traits>
#include <utility>

#include "isthmus/core/error.hpp"

#include "little_endian.hpp"
#include "npy_header.hpp"
#include "text.hpp"

namespace isthmus::formats {
namespace {

// ---------------------------------------------------------------------------------------- reading

void swap_bytes(std::vector<std::byte>& data, std::size_t unit) {
  for (std::size_t at = 0; at + unit <= data.size(); at += unit) {
    std::reverse(data.begin() + static_cast<std::ptrdiff_t>(at),
                 data.begin() + static_cast<std::ptrdiff_t>(at + unit));
  }
}

/// Fortran order to C order: walks the target row by row and the source by strides.
std::vector<std::byte> transposed(const std::vector<std::byte>& data,
                                  const std::vector<std::int64_t>& shape, std::size_t item) {
  std::vector<std::byte> out(data.size());
  if (data.empty()) {
    return out;
  }
  std::vector<std::size_t> stride(shape.size());
  std::size_t step = item;
  for (std::size_t d = 0; d < shape.size(); ++d) {
    stride[d] = step;
    step *= static_cast<std::size_t>(shape[d]);
  }
  std::vector<std::int64_t> index(shape.size(), 0);
  std::size_t from = 0;
  for (std::size_t to = 0; to < out.size(); to += item) {
    std::memcpy(out.data() + to, data.data() + from, item);
    for (std::size_t d = shape.size(); d-- > 0;) {
      from += stride[d];
      if (++index[d] < shape[d]) {
        break;
      }
      from -= stride[d] * static_cast<std::size_t>(shape[d]);
      index[d] = 0;
    }
  }
  return out;
}

std::string shape_text(const std::vector<std::int64_t>& shape) {
  std::string text = "(";
  for (std::size_t d = 0; d < shape.size(); ++d) {
    text += (d == 0 ? "" : ", ") + std::to_string(shape[d]);
  }
  return text + (shape.size() == 1 ? ",)" : ")");
}

// ------------------------------------------------------------------------------------- conversion

/// IEEE binary16 by its definition: sign, 5 bits of exponent, 10 of fraction.
float half_to_float(std::uint16_t bits) {
  const int exponent = static_cast<int>(bits >> 10U & 31U);
  const int fraction = static_cast<int>(bits & 0x3FFU);
  float value = 0;
  if (exponent == 31) {
    value = fraction == 0 ? std::numeric_limits<float>::infinity()
                          : std::numeric_limits<float>::quiet_NaN();
  } else if (exponent == 0) {
    value = std::ldexp(static_cast<float>(fraction), -24);
  } else {
    value = std::ldexp(static_cast<float>(fraction + 1024), exponent - 25);
  }
  return (bits & 0x8000U) != 0 ? -value : value;
}

template <typename T>
T load(const NpyArray& array, std::size_t k) {
  T value;
  std::memcpy(&value, array.data.data() + k * sizeof(T), sizeof(T));
  return value;
}

[[noreturn]] void fail_type(const NpyArray& array, const char* wanted) {
  throw DataError({.file = array.origin}, "has the wrong element type (expected " +
                                              std::string(wanted) + ", got " +
                                              std::string(array.type_name()) + ")");
}

[[noreturn]] void fail_element(const NpyArray& array, std::size_t k, const char* wanted,
                               const std::string& got) {
  throw DataError({.file = array.origin}, "element " + std::to_string(k) +
                                              " is out of range (expected " + wanted + ", got " +
                                              got + ")");
}

/// Calls visit(value, k) with each element as bool, int64, uint64 or double, whichever holds it
/// exactly.
template <typename Visit>
void visit_numbers(const NpyArray& array, const char* wanted, const Visit& visit) {
  const auto n = static_cast<std::size_t>(array.size());
  const auto each = [&]<typename Stored, typename Wide>(Stored /*tag*/, Wide /*tag*/) {
    for (std::size_t k = 0; k < n; ++k) {
      visit(static_cast<Wide>(load<Stored>(array, k)), k);
    }
  };
  switch (array.type) {
    case NpyType::kBool:
    case NpyType::kU8:
      return each(std::uint8_t{}, std::int64_t{});
    case NpyType::kI8:
      return each(std::int8_t{}, std::int64_t{});
    case NpyType::kI16:
      return each(std::int16_t{}, std::int64_t{});
    case NpyType::kI32:
      return each(std::int32_t{}, std::int64_t{});
    case NpyType::kI64:
      return each(std::int64_t{}, std::int64_t{});
    case NpyType::kU16:
      return each(std::uint16_t{}, std::int64_t{});
    case NpyType::kU32:
      return each(std::uint32_t{}, std::int64_t{});
    case NpyType::kU64:
      return each(std::uint64_t{}, std::uint64_t{});
    case NpyType::kF16:
      for (std::size_t k = 0; k < n; ++k) {
        visit(double{half_to_float(load<std::uint16_t>(array, k))}, k);
      }
      return;
    case NpyType::kF32:
      return each(float{}, double{});
    case NpyType::kF64:
      return each(double{}, double{});
    case NpyType::kUnicode:
    case NpyType::kBytes:
      fail_type(array, wanted);
  }
}

/// Integers up to `limit` in magnitude are exact in Real.
template <typename Real>
std::vector<Real> to_real(const NpyArray& array, std::int64_t limit, const char* integers,
                          const char* reals) {
  std::vector<Real> out(static_cast<std::size_t>(array.size()));
  visit_numbers(array, "numbers", [&](auto value, std::size_t k) {
    if constexpr (std::is_same_v<decltype(value), double>) {
      out[k] = static_cast<Real>(value);
      if (std::isinf(out[k]) && !std::isinf(value)) {
        fail_element(array, k, reals, shortest_double(value));
      }
    } else {
      if (value > static_cast<decltype(value)>(limit) ||
          (std::is_signed_v<decltype(value)> && value < static_cast<decltype(value)>(-limit))) {
        fail_element(array, k, integers, std::to_string(value));
      }
      out[k] = static_cast<Real>(value);
    }
  });
  return out;
}

/// Appends a code point as UTF-8; what is none becomes U+FFFD.
void append_utf8(std::string& out, std::uint32_t code) {
  if (code > 0x10FFFF || (code >= 0xD800 && code <= 0xDFFF)) {
    code = 0xFFFD;
  }
  if (code < 0x80) {
    out += static_cast<char>(code);
    return;
  }
  const unsigned length = code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
  out += static_cast<char>((0xF00U >> length & 0xFFU) | code >> (6 * (length - 1)));
  for (unsigned k = length - 1; k-- > 0;) {
    out += static_cast<char>(0x80U | (code >> (6 * k) & 0x3FU));
  }
}

template <typename T>
constexpr NpyType type_of() {
  if constexpr (std::is_same_v<T, bool>) {
    return NpyType::kBool;
  } else if constexpr (std::is_floating_point_v<T>) {
    return sizeof(T) == 4 ? NpyType::kF32 : NpyType::kF64;
  } else {
    const int first = static_cast<int>(std::is_signed_v<T> ? NpyType::kI8 : NpyType::kU8);
    return static_cast<NpyType>(first + std::countr_zero(sizeof(T)));
  }
}

}  // namespace

std::int64_t NpyArray::size() const noexcept {
  std::int64_t n = 1;
  for (const std::int64_t d : shape) {
    n *= d;
  }
  return n;
}

std::size_t NpyArray::item_size() const noexcept {
  return npy_unit_size(type) * static_cast<std::size_t>(width);
}

std::string_view NpyArray::type_name() const noexcept {
  static constexpr std::string_view kNames[] = {"bool",    "int8",    "int16",  "int32",  "int64",
                                                "uint8",   "uint16",  "uint32", "uint64", "float16",
                                                "float32", "float64", "str",    "bytes"};
  return kNames[static_cast<std::size_t>(type)];
}

NpyArray parse_npy(std::vector<std::byte>&& bytes, const std::string& name) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  NpyHeader header = parse_npy_header(text, name);
  if (bytes.size() - header.payload_at != header.payload_size) {
    throw DataError(
        {.file = name, .offset = static_cast<std::int64_t>(header.payload_at)},
        "payload does not match the shape (expected " + std::to_string(header.payload_size) +
            " bytes for " + shape_text(header.shape) + " of " + std::to_string(header.item_size) +
            " bytes each, got " + std::to_string(bytes.size() - header.payload_at) + ")");
  }
  NpyArray array;
  array.type = header.type;
  array.width = header.width;
  array.shape = std::move(header.shape);
  array.origin = name;
  array.data = std::move(bytes);
  array.data.erase(array.data.begin(),
                   array.data.begin() + static_cast<std::ptrdiff_t>(header.payload_at));
  if (header.swapped) {
    swap_bytes(array.data, npy_unit_size(array.type));
  }
  if (header.fortran_order && array.shape.size() > 1) {
    array.data = transposed(array.data, array.shape, header.item_size);
  }
  return array;
}

NpyArray parse_npy(std::string_view bytes, const std::string& name) {
  const auto* begin = reinterpret_cast<const std::byte*>(bytes.data());
  return parse_npy(std::vector<std::byte>(begin, begin + bytes.size()), name);
}

std::string write_npy(const NpyArray& array) {
  const bool negative =
      std::any_of(array.shape.begin(), array.shape.end(), [](std::int64_t n) { return n < 0; });
  const auto elements = static_cast<std::size_t>(array.size());
  if (negative || array.data.size() != elements * array.item_size()) {
    throw InvalidArgument("write_npy: data must have the size that shape and type give, got " +
                          std::to_string(array.data.size()) + " bytes for " +
                          shape_text(array.shape) + " of " + std::to_string(array.item_size()) +
                          " bytes each");
  }
  constexpr char kNative = std::endian::native == std::endian::little ? '<' : '>';
  const bool is_text = array.type == NpyType::kUnicode || array.type == NpyType::kBytes;
  std::string dictionary = "{'descr': '";
  dictionary += npy_unit_size(array.type) == 1 ? '|' : kNative;
  dictionary += npy_code(array.type);
  dictionary += is_text ? std::to_string(array.width) : "";
  dictionary += "', 'fortran_order': False, 'shape': " + shape_text(array.shape) + ", }";
  // Blanks and a newline bring the payload to a multiple of 64 bytes.
  const std::size_t used = 10 + dictionary.size() + 1;
  dictionary.append((64 - used % 64) % 64, ' ');
  dictionary += '\n';
  std::string out("\x93NUMPY\x01\x00", 8);
  append_little(out, static_cast<std::uint16_t>(dictionary.size()));
  out += dictionary;
  out.append(reinterpret_cast<const char*>(array.data.data()), array.data.size());
  return out;
}

template <typename T>
NpyArray make_npy(std::span<const T> values, std::vector<std::int64_t> shape) {
  NpyArray array;
  array.type = type_of<T>();
  array.shape = std::move(shape);
  if (array.size() != static_cast<std::int64_t>(values.size())) {
    throw InvalidArgument("make_npy: shape must hold the values, got " + shape_text(array.shape) +
                          " for " + std::to_string(values.size()) + " values");
  }
  const std::span<const std::byte> bytes = std::as_bytes(values);
  array.data.assign(bytes.begin(), bytes.end());
  return array;
}

template NpyArray make_npy<bool>(std::span<const bool>, std::vector<std::int64_t>);
template NpyArray make_npy<std::int8_t>(std::span<const std::int8_t>, std::vector<std::int64_t>);
template NpyArray make_npy<std::int16_t>(std::span<const std::int16_t>, std::vector<std::int64_t>);
template NpyArray make_npy<std::int32_t>(std::span<const std::int32_t>, std::vector<std::int64_t>);
template NpyArray make_npy<std::int64_t>(std::span<const std::int64_t>, std::vector<std::int64_t>);
template NpyArray make_npy<std::uint8_t>(std::span<const std::uint8_t>, std::vector<std::int64_t>);
template NpyArray make_npy<std::uint16_t>(std::span<const std::uint16_t>,
                                          std::vector<std::int64_t>);
template NpyArray make_npy<std::uint32_t>(std::span<const std::uint32_t>,
                                          std::vector<std::int64_t>);
template NpyArray make_npy<std::uint64_t>(std::span<const std::uint64_t>,
                                          std::vector<std::int64_t>);
template NpyArray make_npy<float>(std::span<const float>, std::vector<std::int64_t>);
template NpyArray make_npy<double>(std::span<const double>, std::vector<std::int64_t>);

std::vector<std::int64_t> to_int64(const NpyArray& array) {
  constexpr double kExact = 9007199254740992.0;  // 2^53
  std::vector<std::int64_t> out(static_cast<std::size_t>(array.size()));
  visit_numbers(array, "integers", [&](auto value, std::size_t k) {
    if constexpr (std::is_same_v<decltype(value), double>) {
      if (!(std::abs(value) < kExact) || value != std::trunc(value)) {
        fail_element(array, k, "a whole number", shortest_double(value));
      }
    } else if constexpr (std::is_same_v<decltype(value), std::uint64_t>) {
      if (value > static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max())) {
        fail_element(array, k, "at most 2^63 - 1", std::to_string(value));
      }
    }
    out[k] = static_cast<std::int64_t>(value);
  });
  return out;
}

std::vector<float> to_float(const NpyArray& array) {
  return to_real<float>(array, std::int64_t{1} << 24U, "an integer up to 2^24",
                        "a number in float's range");
}

std::vector<double> to_double(const NpyArray& array) {
  return to_real<double>(array, std::int64_t{1} << 53U, "an integer up to 2^53", "a number");
}

std::vector<std::uint8_t> to_bool(const NpyArray& array) {
  std::vector<std::uint8_t> out(static_cast<std::size_t>(array.size()));
  visit_numbers(array, "bool or integers", [&](auto value, std::size_t k) {
    if constexpr (std::is_same_v<decltype(value), double>) {
      fail_type(array, "bool or integers");
    } else {
      if (value != 0 && value != 1) {
        fail_element(array, k, "0 or 1", std::to_string(value));
      }
      out[k] = static_cast<std::uint8_t>(value);
    }
  });
  return out;
}

std::vector<std::string> to_strings(const NpyArray& array) {
  if (array.type != NpyType::kUnicode && array.type != NpyType::kBytes) {
    fail_type(array, "str or bytes");
  }
  const auto width = static_cast<std::size_t>(array.width);
  std::vector<std::string> out(static_cast<std::size_t>(array.size()));
  for (std::size_t k = 0; k < out.size(); ++k) {
    for (std::size_t c = k * width; c < (k + 1) * width; ++c) {
      if (array.type == NpyType::kUnicode) {
        append_utf8(out[k], load<std::uint32_t>(array, c));
      } else {
        out[k] += static_cast<char>(array.data[c]);
      }
    }
    out[k].erase(out[k].find_last_not_of('\0') + 1);
  }
  return out;
}

}  // namespace isthmus::formats
