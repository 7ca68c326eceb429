#include <csignal>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "isthmus/core/atomic_file.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::cli::generate_test {
namespace {

using ::testing::HasSubstr;

constexpr const char* kSet = "gen:botnet,nodes=400,graphs=3,topology=debru";

TEST(Generate, WritesWhatTheSetHoldsTwiceTheSame) {
  const test::TemporaryFolder folder;
  const std::string file = folder / "botnet/processed/debru.hdf5";
  std::filesystem::create_directories(folder.path() / "botnet/processed");
  const test::ProcessResult result = run_isthmus({"generate", kSet, "--out", file, "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "generate");
  EXPECT_EQ(document.at("graphs").as_integer(), 3);
  EXPECT_EQ(document.at("out").as_string(), file);
  const std::string first = read_file(file);
  ASSERT_EQ(run_isthmus({"generate", kSet, "--out", file, "--force"}).exit_code, 0);
  EXPECT_EQ(read_file(file), first);
}

TEST(Generate, KeepsAFileThatIsThere) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("a.hdf5", "mine");
  const test::ProcessResult result = run_isthmus({"generate", kSet, "--out", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("it exists already"));
  EXPECT_EQ(read_file(file), "mine");
}

TEST(Generate, LeavesNothingWhenStopped) {
  const test::TemporaryFolder folder;
  const std::string file = folder / "a.hdf5";
  bool sent = false;
  const test::ProcessOptions options = {.watch = [&](int pid, std::string_view /*err*/) {
    if (!sent && !std::filesystem::is_empty(folder.path())) {
      sent = true;
      ::kill(pid, SIGINT);
    }
  }};
  const test::ProcessResult result =
      run_isthmus({"generate", "gen:botnet,nodes=20000,graphs=400", "--out", file}, options);
  EXPECT_EQ(result.exit_code, 130);
  EXPECT_THAT(result.err, HasSubstr("interrupted: nothing was written"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(Generate, NamesWhatIsWrong) {
  const auto refusal = [](std::vector<std::string> arguments) {
    const test::ProcessResult result = run_isthmus(arguments);
    EXPECT_EQ(result.exit_code, 2) << result.err;
    return result.err;
  };
  EXPECT_THAT(refusal({"generate", kSet}), HasSubstr("--out must end in .hdf5, got ''"));
  EXPECT_THAT(refusal({"generate", kSet, "--out", "a.npz"}), HasSubstr("got 'a.npz'"));
  EXPECT_THAT(refusal({"generate", "gen:csl", "--out", "a.hdf5"}),
              HasSubstr("a set whose graphs come one at a time, got \"gen:csl\""));
  EXPECT_THAT(refusal({"generate"}), HasSubstr("SET is missing"));
}

}  // namespace
}  // namespace isthmus::cli::generate_test
