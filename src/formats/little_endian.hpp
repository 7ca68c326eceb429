#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace isthmus::formats {

/// The unsigned integer in bytes at..at+sizeof(T) of `bytes`, which must hold them.
template <typename T>
[[nodiscard]] T load_little(std::string_view bytes, std::size_t at) {
  std::uint64_t value = 0;
  for (std::size_t k = sizeof(T); k-- > 0;) {
    value = value << 8U | static_cast<unsigned char>(bytes[at + k]);
  }
  return static_cast<T>(value);
}

template <typename T>
void append_little(std::string& out, T value) {
  for (std::size_t k = 0; k < sizeof(T); ++k) {
    out += static_cast<char>(static_cast<std::uint64_t>(value) >> (8 * k) & 0xFFU);
  }
}

}  // namespace isthmus::formats
