#include "envelope.hpp"

#include <new>
#include <stdexcept>

#include <gmock/gmock.h>

#include "isthmus/core/version.hpp"

namespace isthmus::cli::envelope_test {
namespace {

/// The whole table of exit codes.
TEST(Describe, GivesEachKindOfErrorItsExitCode) {
  EXPECT_EQ(static_cast<int>(describe(RunFailed("x")).exit), 1);
  EXPECT_EQ(static_cast<int>(describe(std::runtime_error("x")).exit), 1);
  EXPECT_EQ(static_cast<int>(describe(InvalidArgument("x")).exit), 2);
  EXPECT_EQ(static_cast<int>(describe(DataError({.file = "f"}, "x")).exit), 3);
  EXPECT_EQ(static_cast<int>(describe(ResourceLimit("x")).exit), 4);
  EXPECT_EQ(static_cast<int>(describe(std::bad_alloc()).exit), 4);
  EXPECT_EQ(static_cast<int>(describe(PeerLost("x")).exit), 75);
  EXPECT_EQ(static_cast<int>(describe(Interrupted("x")).exit), 130);
}

TEST(Describe, KeepsTheMessageAndDropsTheStackTrace) {
  const Failure failure = describe(std::runtime_error(
      "gcn_conv: expected 3 columns, got 4\nException raised from forward at x.cpp:1\nframe #0"));
  EXPECT_EQ(failure.message, "gcn_conv: expected 3 columns, got 4");
}

TEST(Describe, CallsAFailedAllocationOutOfMemory) {
  const Failure failure =
      describe(std::runtime_error("[enforce fail at alloc_cpu.cpp:114] . DefaultCPUAllocator: "
                                  "can't allocate memory: you tried"));
  EXPECT_EQ(failure.exit, ExitCode::kResource);
  EXPECT_EQ(failure.message, "out of memory");
}

TEST(ErrorText, IndentsTheLinesOfTheHint) {
  const Failure failure = describe(InvalidArgument("what is wrong", "first\nsecond"));
  EXPECT_EQ(error_text(failure, false), "isthmus: what is wrong\n  first\n  second\n");
  EXPECT_EQ(error_text(failure, true),
            "\x1b[1;31misthmus:\x1b[0m what is wrong\n  first\n  second\n");
}

TEST(ErrorDocument, HasTheEnvelopeAndThePlaceOfTheMistake) {
  const formats::Json document =
      error_document(describe(DataError({.file = "a.txt", .line = 7}, "no number", "look")),
                     {"info", "a.txt"}, 3, {"careful"});
  EXPECT_EQ(formats::write_json(document),
            R"({"schema":"isthmus.error/1","version":")" + std::string(version()) +
                R"(","args":["info","a.txt"],"seed":3,"warnings":["careful"],)"
                R"("error":{"exit":3,"code":"data","message":"a.txt:7: no number",)"
                R"("file":"a.txt","line":7,"offset":null,"hint":"look"}})");
}

}  // namespace
}  // namespace isthmus::cli::envelope_test
