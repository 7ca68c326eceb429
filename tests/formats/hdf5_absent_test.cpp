#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/hdf5_reader.hpp"
#include "isthmus/formats/hdf5_writer.hpp"

namespace isthmus::formats {
namespace {

using ::testing::ThrowsMessage;

constexpr const char* kSentence = "this build of isthmus does not read or write HDF5";

TEST(Hdf5Absent, SaysSoInsteadOfReadingOrWriting) {
  EXPECT_FALSE(has_hdf5());
  EXPECT_THAT([] { (void)Hdf5Reader("a.hdf5"); }, ThrowsMessage<RunFailed>(kSentence));
  EXPECT_THAT(
      [] {
        write_hdf5(
            "a.hdf5", [](Hdf5Writer&) {}, Overwrite::kRefuse);
      },
      ThrowsMessage<RunFailed>(kSentence));
}

}  // namespace
}  // namespace isthmus::formats
