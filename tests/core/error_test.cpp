#include "isthmus/core/error.hpp"

#include <cerrno>
#include <string>

#include <gtest/gtest.h>

namespace isthmus::error_test {
namespace {

TEST(DataError, NamesFileAndLineOfATextFile) {
  const DataError e({.file = "a.txt", .line = 7}, "not a number (expected integer, got \"x\")");
  EXPECT_STREQ(e.what(), "a.txt:7: not a number (expected integer, got \"x\")");
  EXPECT_EQ(e.exit_code(), ExitCode::kData);
}

TEST(DataError, NamesByteOffsetOfABinaryFile) {
  EXPECT_STREQ(DataError({.file = "a.npy", .offset = 80}, "truncated").what(),
               "a.npy@80: truncated");
}

TEST(DataError, NamesOnlyTheFileWithoutPosition) {
  EXPECT_STREQ(DataError({.file = "a.npy"}, "empty").what(), "a.npy: empty");
}

// The numbers are part of the command line's interface (interfaces, section 1.2).
TEST(Error, MapsEachKindToItsExitCode) {
  EXPECT_EQ(static_cast<int>(InvalidArgument("m").exit_code()), 2);
  EXPECT_EQ(static_cast<int>(RunFailed("m").exit_code()), 1);
  EXPECT_EQ(static_cast<int>(ResourceLimit("m").exit_code()), 4);
  EXPECT_EQ(static_cast<int>(PeerLost("m").exit_code()), 75);
  EXPECT_EQ(static_cast<int>(Interrupted("m").exit_code()), 130);
}

TEST(Error, CarriesAHintApartFromTheMessage) {
  const InvalidArgument e("no such thing", "try another");
  EXPECT_STREQ(e.what(), "no such thing");
  EXPECT_EQ(e.hint(), "try another");
}

TEST(ErrnoText, SaysWhatTheSystemSays) {
  EXPECT_EQ(errno_text(ENOENT), "No such file or directory");
}

}  // namespace
}  // namespace isthmus::error_test
