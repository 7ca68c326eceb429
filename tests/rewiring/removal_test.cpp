#include "isthmus/rewiring/removal.hpp"

#include <gtest/gtest.h>

namespace isthmus::rewiring::removal_test {
namespace {

TEST(Removal, HasTheNamesOfTheCommandLine) {
  EXPECT_EQ(name_of(Removal::kOff), "off");
  EXPECT_EQ(name_of(Removal::kFree), "free");
  EXPECT_EQ(name_of(Removal::kKeepConnected), "keep-connected");
}

}  // namespace
}  // namespace isthmus::rewiring::removal_test
