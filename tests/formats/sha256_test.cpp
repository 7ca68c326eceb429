#include "isthmus/formats/sha256.hpp"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "support/message_of.hpp"

namespace isthmus::formats::sha256_test {
namespace {

using ::testing::HasSubstr;

// FIPS 180-2, appendix B, and the digest of nothing.
TEST(Sha256, GivesThePublishedDigests) {
  EXPECT_EQ(sha256_hex(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(sha256_hex("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(sha256_hex(std::string(1'000'000, 'a')),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnHowTheBytesArrive) {
  Sha256 hash;
  hash.update("a");
  hash.update(std::as_bytes(std::span("bc", 2)));
  hash.update("");
  EXPECT_EQ(hash.hex(), sha256_hex("abc"));
}

TEST(Sha256, ReadsFilesInBlocks) {
  const std::filesystem::path path = ::testing::TempDir() + "/sha256_test.bin";
  std::ofstream(path, std::ios::binary) << std::string(3'000'001, 'x');
  EXPECT_EQ(sha256_of_file(path), sha256_hex(std::string(3'000'001, 'x')));
  std::filesystem::remove(path);
}

TEST(Sha256, SaysWhichFileCannotBeRead) {
  EXPECT_THAT(isthmus::test::message_of<DataError>([] { (void)sha256_of_file("/nonexistent/f"); }),
              "/nonexistent/f: cannot be read: No such file or directory");
  EXPECT_THAT(isthmus::test::message_of<DataError>([] { (void)sha256_of_file("/"); }),
              HasSubstr("/: cannot be read: Is a directory"));
}

}  // namespace
}  // namespace isthmus::formats::sha256_test
