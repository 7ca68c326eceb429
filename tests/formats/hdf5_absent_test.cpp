#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/hdf5_reader.hpp"
#include "isthmus/formats/hdf5_writer.hpp"

#include "support/message_of.hpp"

namespace isthmus::formats::hdf5_absent_test {
namespace {

constexpr const char* kSentence = "this build of isthmus does not read or write HDF5";

TEST(Hdf5Absent, SaysSoInsteadOfReadingOrWriting) {
  EXPECT_FALSE(has_hdf5());
  EXPECT_THAT(isthmus::test::message_of<RunFailed>([] { (void)Hdf5Reader("a.hdf5"); }), kSentence);
  EXPECT_THAT(isthmus::test::message_of<RunFailed>([] {
                write_hdf5(
                    "a.hdf5", [](Hdf5Writer&) {}, Overwrite::kRefuse);
              }),
              kSentence);
}

}  // namespace
}  // namespace isthmus::formats::hdf5_absent_test
