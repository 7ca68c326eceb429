#include "isthmus/formats/gzip.hpp"

#include <algorithm>
#include <cstdint>
#include <string>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::formats::gzip_test {
namespace {

using ::testing::HasSubstr;

// `printf 'hello\n' | gzip -n`.
const std::string kPackedHello(
    "\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcb\x48\xcd\xc9\xc9\xe7\x02\x00\x20\x30\x3a\x36\x06"
    "\x00\x00\x00",
    26);

/// A member by hand: blocks of deflate that are stored, so that no packer is needed; CRC-32 bit by
/// bit, from its definition.
std::string stored_member(const std::string& text) {
  std::string out("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03", 10);
  const auto word = [&](std::uint64_t value, int bytes) {
    for (int b = 0; b < bytes; ++b) {
      out += static_cast<char>(value >> (8 * b) & 0xFFU);
    }
  };
  std::size_t at = 0;
  do {
    const std::size_t size = std::min<std::size_t>(text.size() - at, 65535);
    out += static_cast<char>(at + size == text.size() ? 1 : 0);
    word(size, 2);
    word(size ^ 0xFFFFU, 2);
    out += text.substr(at, size);
    at += size;
  } while (at < text.size());
  std::uint32_t crc = 0xFFFFFFFFU;
  for (const char c : text) {
    crc ^= static_cast<unsigned char>(c);
    for (int bit = 0; bit < 8; ++bit) {
      crc = (crc >> 1U) ^ ((crc & 1U) != 0 ? 0xEDB88320U : 0U);
    }
  }
  word(crc ^ 0xFFFFFFFFU, 4);
  word(text.size() & 0xFFFFFFFFU, 4);
  return out;
}

TEST(Gunzip, UnpacksWhatGzipPacked) {
  EXPECT_TRUE(is_gzip(kPackedHello));
  EXPECT_FALSE(is_gzip("hello"));
  EXPECT_FALSE(is_gzip(""));
  EXPECT_EQ(gunzip(kPackedHello, "h.gz"), "hello\n");
}

TEST(Gunzip, UnpacksLongTextMembersInARowAndNothing) {
  std::string text;
  for (int i = 0; i < 100'000; ++i) {
    text += std::to_string(i * 7919 % 10'007) + "\n";
  }
  EXPECT_EQ(gunzip(stored_member(text), "t.gz"), text);
  EXPECT_EQ(gunzip(kPackedHello + stored_member(text) + kPackedHello, "t.gz"),
            "hello\n" + text + "hello\n");
  EXPECT_EQ(gunzip(stored_member(""), "t.gz"), "");
}

TEST(Gunzip, SaysWhatIsWrong) {
  const auto refuses = [](const std::string& bytes, const char* words) {
    EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)gunzip(bytes, "x.gz"); }),
                HasSubstr(words))
        << bytes.size();
  };
  for (std::size_t size = 0; size < kPackedHello.size(); ++size) {
    refuses(kPackedHello.substr(0, size), "x.gz: packed bytes end too early");
  }
  std::string wrong_sum = kPackedHello;
  wrong_sum[18] ^= 1;
  refuses(wrong_sum, "x.gz: packed bytes are damaged (incorrect data check)");
  std::string wrong_size = kPackedHello;
  wrong_size[22] ^= 1;
  refuses(wrong_size, "incorrect length check");
  refuses(kPackedHello + "tail of text", "packed bytes are damaged (incorrect header check)");
}

// 100 MiB of zeros in 105,100 bytes; the limit is 64 MiB and 20 times those.
TEST(Gunzip, RefusesTraps) {
  // `head -c 1048576 /dev/zero | gzip -9n`: a literal 0, then matches of length 258.
  std::string zeros(
      "\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xed\xc1\x31\x01\x00\x00\x00\xc2\xa0\xf5\x4f\x6d"
      "\x08\x5f\xa0",
      25);
  zeros += std::string(1051 - 25 - 10, '\0');
  zeros += std::string("\x3e\x03\x1c\xea\x38\xa7\x00\x00\x10\x00", 10);
  EXPECT_EQ(gunzip(zeros, "z.gz"), std::string(1'048'576, '\0'));
  std::string trap;
  for (int i = 0; i < 100; ++i) {
    trap += zeros;
  }
  EXPECT_THAT(isthmus::test::message_of<DataError>([&] { (void)gunzip(trap, "x.gz"); }),
              HasSubstr("unpacks to more than"));
}

}  // namespace
}  // namespace isthmus::formats::gzip_test
