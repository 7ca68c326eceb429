#include "isthmus/formats/utf8.hpp"

#include <cstdint>

#include <gtest/gtest.h>

namespace isthmus::formats::utf8_test {
namespace {

/// A code point by the definition of the encoding, with as many bytes as asked (overlong if too
/// many).
std::string encode(std::uint32_t code, std::size_t length) {
  static constexpr unsigned kLead[] = {0, 0x00, 0xC0, 0xE0, 0xF0};
  std::string text(length, '\0');
  for (std::size_t k = length; k-- > 1; code >>= 6U) {
    text[k] = static_cast<char>(0x80U | (code & 0x3FU));
  }
  text[0] = static_cast<char>(kLead[length] | code);
  return text;
}

std::size_t shortest(std::uint32_t code) {
  return code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4;
}

// All code points, each in every length that could hold it: only the shortest one is well-formed,
// and never a surrogate or one beyond U+10FFFF.
TEST(Utf8, AcceptsExactlyTheShortestFormOfEachCodePoint) {
  static constexpr std::uint32_t kEnd[] = {0, 0x80, 0x800, 0x10000, 0x200000};
  for (std::size_t length = 1; length <= 4; ++length) {
    for (std::uint32_t code = 0; code < kEnd[length]; ++code) {
      const bool valid =
          length == shortest(code) && code <= 0x10FFFF && !(code >= 0xD800 && code <= 0xDFFF);
      ASSERT_EQ(utf8_length(encode(code, length), 0), valid ? length : 0) << code << " " << length;
    }
  }
}

TEST(Utf8, FindsTheFirstBadByte) {
  EXPECT_EQ(first_bad_utf8(""), 0U);
  EXPECT_EQ(first_bad_utf8("a\u00e9\u20ac"), 6U);
  EXPECT_EQ(first_bad_utf8("a\xff z"), 1U);
  EXPECT_EQ(first_bad_utf8("ab\xe2\x82"), 2U);  // cut in the middle
  EXPECT_EQ(first_bad_utf8("\x80"), 0U);
}

}  // namespace
}  // namespace isthmus::formats::utf8_test
