#include "isthmus/core/available_memory.hpp"

#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace isthmus::available_memory_test {
namespace {

TEST(AvailableMemory, IsPartOfWhatTheMachineHas) {
  std::ifstream info("/proc/meminfo");
  std::string key;
  std::int64_t total = 0;
  if (!(info >> key >> total) || key != "MemTotal:") {
    GTEST_SKIP() << "no MemTotal in /proc/meminfo";
  }
  EXPECT_GT(available_memory(), 0);
  EXPECT_LE(available_memory(), total * 1024);
}

}  // namespace
}  // namespace isthmus::available_memory_test
