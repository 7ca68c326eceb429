#include "isthmus/core/version.hpp"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

namespace isthmus::version_test {
namespace {

// The number stands in one place only, the project() call of the build.
TEST(Version, IsTheOneOfTheBuildFile) {
  const std::ifstream file(std::string(std::getenv("ISTHMUS_SOURCE_ROOT")) + "/meson.build");
  std::ostringstream text;
  text << file.rdbuf();
  EXPECT_THAT(text.str(), ::testing::HasSubstr("version: '" + std::string(version()) + "'"));
}

TEST(Version, NamesACompilerWithItsVersion) {
  EXPECT_THAT(std::string(compiler()), ::testing::MatchesRegex("(g\\+\\+|clang) [0-9]+\\..*"));
}

}  // namespace
}  // namespace isthmus::version_test
