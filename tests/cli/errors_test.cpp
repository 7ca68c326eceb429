// Exit codes, messages and error documents, as a user sees them.
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "program.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::cli::errors_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

/// Expects exit code and stderr, nothing on stdout; then the same words with --json: the error
/// document on stdout, the same text on stderr.
void expect_error(const Words& words, int exit_code, const std::string& err,
                  const test::ProcessOptions& options = {}) {
  const test::ProcessResult plain = run_isthmus(words, options);
  EXPECT_EQ(plain.exit_code, exit_code);
  EXPECT_EQ(plain.err, err);
  EXPECT_EQ(plain.out, "");

  Words with_json = words;
  with_json.emplace_back("--json");
  const test::ProcessResult json = run_isthmus(with_json, options);
  EXPECT_EQ(json.exit_code, exit_code);
  EXPECT_EQ(json.err, err);
  const formats::Json document = valid_document(json.out, "error");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("error").at("exit").as_integer(), exit_code);
  // The first line of the text is the message; the hint follows.
  EXPECT_THAT(err, StartsWith("isthmus: " + document.at("error").at("message").as_string() + "\n"));
}

TEST(UsageErrors, NameTheNearestVerb) {
  expect_error({"trian"}, 2, "isthmus: unknown verb 'trian'\n  did you mean 'train'?\n");
  expect_error({"datsets", "list"}, 2,
               "isthmus: unknown verb 'datsets'\n  did you mean 'dataset'?\n");
  expect_error({"frobnicate"}, 2,
               "isthmus: unknown verb 'frobnicate'\n  isthmus help lists the verbs\n");
  expect_error({"help", "inof"}, 2, "isthmus: unknown verb 'inof'\n  did you mean 'info'?\n");
}

TEST(UsageErrors, NameTheNearestOptionOfTorchVerbsWithoutTorch) {
  expect_error({"train", "--recipee", "cora-gcn"}, 2,
               "isthmus: train: unknown option '--recipee'\n  did you mean '--recipe'?\n");
  expect_error({"predict", "--model"}, 2, "isthmus: --model needs a value: --model FILE\n", {});
}

TEST(UsageErrors, NameTheNearestDataSet) {
  expect_error(
      {"info", "coar"}, 2,
      "isthmus: load: name must be a known data set, got \"coar\"\n  did you mean cora?\n");
}

TEST(UsageErrors, SayThatTheVerbComesFirst) {
  expect_error({"--quiet", "info", "karate"}, 2,
               "isthmus: the verb comes first, got '--quiet'\n"
               "  usage: isthmus VERB [options]; isthmus help lists the verbs\n");
}

TEST(UsageErrors, ShowTheOverviewWhereNothingWasAsked) {
  const test::ProcessResult result = run_isthmus({});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  EXPECT_THAT(result.err, HasSubstr("usage: isthmus VERB [options]"));
}

TEST(DataErrors, SayThatTheDataRootIsMissing) {
  expect_error({"dataset", "list", "--data-root", "/nonexistent/root"}, 3,
               "isthmus: /nonexistent/root: data root is not a folder (from --data-root)\n");
}

TEST(DataErrors, SayWhereASetWasLookedFor) {
  const test::TemporaryFolder empty;
  const std::string root = empty.path().string();
  expect_error({"info", "minesweeper", "--data-root", root}, 3,
               "isthmus: data set 'minesweeper' is not in the data root\n"
               "  looked for  " +
                   root +
                   "/heterophilous/minesweeper/minesweeper.npz      (root from --data-root)\n"
                   "  to get it   place that file there by hand from\n"
                   "              https://github.com/yandex-research/heterophilous-graphs/raw/main/"
                   "data/minesweeper.npz\n"
                   "  without it  generated: gen:minesweeper\n");
}

TEST(DataErrors, SayThatAFileIsMissingOrOfNoKnownKind) {
  expect_error({"info", "./missing.safetensors"}, 3,
               "isthmus: ./missing.safetensors: no such file\n");
  const test::TemporaryFolder folder;
  const std::string text = folder.write("words.txt", "plain words, nothing else");
  expect_error({"info", text}, 3,
               "isthmus: " + text +
                   ": the content is of no kind that info knows (expected a .safetensors file or a "
                   "result .json)\n");
  const std::string other = folder.write("other.json", R"({"schema":"elsewhere/1"})");
  expect_error(
      {"info", other}, 3,
      "isthmus: " + other + ": no result of isthmus: the key \"schema\" does not say isthmus.\n");
}

TEST(DataErrors, GiveThePlaceAsFields) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("broken.json", "{\n\"schema\": oops}");
  const test::ProcessResult result = run_isthmus({"info", path, "--json"});
  EXPECT_EQ(result.exit_code, 3);
  const formats::Json document = valid_document(result.out, "error");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("error").at("code").as_string(), "data");
  EXPECT_EQ(document.at("error").at("file").as_string(), path);
  EXPECT_EQ(document.at("error").at("line").as_integer(), 2);
}

TEST(OutputErrors, RefuseToReplaceAFileBeforeTheWork) {
  const test::TemporaryFolder folder;
  const std::string path = folder.write("old.json", "old");
  const test::ProcessResult refused = run_isthmus({"info", "karate", "--json=" + path});
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_EQ(refused.err,
            "isthmus: --json: " + path + " exists already\n  add --force to replace it\n");
  EXPECT_EQ(folder.read("old.json"), "old");
  const test::ProcessResult forced = run_isthmus({"info", "karate", "--json=" + path, "--force"});
  EXPECT_EQ(forced.exit_code, 0);
  (void)valid_document(folder.read("old.json"), "info");
}

TEST(OutputErrors, SayThatTheDiskIsFull) {
  const test::TemporaryFolder folder;
  const test::ProcessResult result =
      run_isthmus({"info", "karate", "--json=" + (folder / "out.json")}, {.file_size_limit = 100});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_THAT(result.err, HasSubstr(folder / "out.json"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path())) << "a partial file was left";
}

TEST(OutputErrors, SayThatStdoutIsFull) {
  const test::ProcessResult result = run_isthmus({"info", "karate"}, {.stdout_file = "/dev/full"});
  EXPECT_EQ(result.exit_code, 4);
  EXPECT_EQ(result.err, "isthmus: stdout: No space left on device\n");
}

TEST(OutputErrors, SayThatAFolderIsReadOnly) {
  const test::TemporaryFolder folder;
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const test::ProcessResult result = run_isthmus(
      {"info", "karate", "--json=" + (folder / "out.json")}, {.bound_by_permissions = true});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("Permission denied"));
  EXPECT_TRUE(std::filesystem::is_empty(folder.path()));
}

TEST(ResourceErrors, StopAtTheMemoryLimit) {
  const test::ProcessResult result =
      run_isthmus({"info", "gen:minesweeper", "--memory-limit", "1M", "--json"});
  EXPECT_EQ(result.exit_code, 4);
  const formats::Json document = valid_document(result.out, "error");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("error").at("code").as_string(), "resource");
  EXPECT_EQ(document.at("error").at("message").as_string(), "out of memory");
}

TEST(SimdErrors, AreProblemsForDoctor) {
  const test::ProcessResult result =
      run_isthmus({"doctor", "--json"}, {.environment = {{"ISTHMUS_SIMD", "sse9"}}});
  EXPECT_EQ(result.exit_code, 1);
  const formats::Json document = valid_document(result.out, "doctor");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("status").as_string(), "broken");
  EXPECT_THAT(document.at("problems").as_array().at(0).as_string(), HasSubstr("sse9"));
}

}  // namespace
}  // namespace isthmus::cli::errors_test
