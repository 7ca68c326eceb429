// What goes to which stream: data to stdout, talk to stderr, nothing else anywhere.
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/version.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::cli::streams_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

const std::vector<Words> kPrintingCalls = {
    {"help"},           {"help", "train"},   {"train", "--help"},           {"--version"},
    {"info", "karate"}, {"dataset", "list"}, {"dataset", "info", "karate"}, {"doctor"}};

TEST(Streams, PutDataOnStdoutAndNothingElseAnywhere) {
  for (const Words& words : kPrintingCalls) {
    const test::ProcessResult result = run_isthmus(words);
    EXPECT_EQ(result.exit_code, 0) << words[0];
    EXPECT_NE(result.out, "") << words[0];
    EXPECT_EQ(result.err, "") << words[0];
    EXPECT_THAT(result.out, Not(HasSubstr("\x1b"))) << words[0];
    EXPECT_EQ(result.out.back(), '\n') << words[0];
  }
}

TEST(Streams, CarryOneJsonDocumentAndNothingElseUnderJson) {
  const std::vector<std::pair<Words, std::string>> calls = {
      {{"help", "--json"}, "help"},
      {{"info", "--help", "--json"}, "help"},
      {{"--version", "--json"}, "version"},
      {{"info", "karate", "--json"}, "info"},
      {{"info", "--json", "karate"}, "info"},
      {{"info", "--json", "-", "karate"}, "info"},
      {{"info", "karate", "--json", "--dry-run", "--quiet"}, "info"},
      {{"dataset", "list", "--json"}, "dataset"},
      {{"dataset", "path", "karate", "--json"}, "dataset"},
      {{"dataset", "info", "karate", "--json"}, "dataset"},
      {{"doctor", "--json"}, "doctor"}};
  for (const auto& [words, schema] : calls) {
    const test::ProcessResult result = run_isthmus(words);
    EXPECT_EQ(result.exit_code, 0) << words[0];
    EXPECT_EQ(result.err, "") << words[0];
    const formats::Json document = valid_document(result.out, schema);
    ASSERT_TRUE(document.is_object());
    // The envelope says how the program was called, word for word.
    std::vector<std::string> args;
    for (const formats::Json& word : document.at("args").as_array()) {
      args.push_back(word.as_string());
    }
    EXPECT_EQ(args, words);
    EXPECT_EQ(document.at("version").as_string(), version());
  }
}

TEST(Streams, KeepTheTextAndWriteTheFileUnderJsonWithAFile) {
  const test::TemporaryFolder folder;
  const test::ProcessResult result = run_isthmus({"info", "karate", "--json", folder / "k.json"});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_EQ(result.out, run_isthmus({"info", "karate"}).out);
  (void)valid_document(folder.read("k.json"), "info");
}

TEST(Streams, WriteTheErrorIntoTheJsonFile) {
  const test::TemporaryFolder folder;
  const test::ProcessResult result = run_isthmus({"info", "coar", "--json", folder / "k.json"});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_EQ(result.out, "");
  (void)valid_document(folder.read("k.json"), "error");
}

TEST(Streams, GiveTheSameBytesForTheSameArguments) {
  for (const Words& words :
       {Words{"info", "karate", "--json"}, Words{"dataset", "list", "--json"}}) {
    EXPECT_EQ(run_isthmus(words).out, run_isthmus(words).out);
  }
}

TEST(Streams, EndSilentlyWhenTheReaderIsGone) {
  for (const Words& words : kPrintingCalls) {
    const test::ProcessResult result = run_isthmus(words, {.close_stdout = true});
    EXPECT_EQ(result.exit_code, 0) << words[0];
    EXPECT_EQ(result.signal, 0) << words[0];
    EXPECT_EQ(result.err, "") << words[0];
  }
}

TEST(Streams, ColourErrorsOnATerminalOnly) {
  const Words words = {"frobnicate"};
  EXPECT_THAT(run_isthmus(words).err, StartsWith("isthmus: unknown verb"));
  EXPECT_THAT(run_isthmus(words, {.stderr_terminal = true}).err,
              StartsWith("\x1b[1;31misthmus:\x1b[0m unknown verb"));
}

TEST(Streams, HaveNoEscapeCodesWhereColourIsUnwanted) {
  const Words words = {"frobnicate"};
  for (const auto& [name, value] :
       std::vector<std::pair<std::string, std::string>>{{"NO_COLOR", "1"}, {"TERM", "dumb"}}) {
    const test::ProcessResult result =
        run_isthmus(words, {.environment = {{name, value}}, .stderr_terminal = true});
    EXPECT_THAT(result.err, Not(HasSubstr("\x1b"))) << name;
    EXPECT_THAT(result.err, StartsWith("isthmus: unknown verb")) << name;
  }
}

TEST(Streams, KeepStdoutPlainOnATerminal) {
  const test::ProcessResult result = run_isthmus({"info", "karate"}, {.stdout_terminal = true});
  EXPECT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(Version, IsOneLine) {
  const std::string expected = "isthmus " + std::string(version()) + "\n";
  EXPECT_EQ(run_isthmus({"--version"}).out, expected);
  EXPECT_EQ(run_isthmus({"train", "--version"}).out, expected);
}

TEST(Quiet, LeavesErrorsOnly) {
  const test::ProcessResult talk = run_isthmus({"info", "karate", "--dry-run"});
  EXPECT_EQ(talk.err, "isthmus: the arguments of info are valid; nothing was done\n");
  EXPECT_EQ(run_isthmus({"info", "karate", "--dry-run", "--quiet"}).err, "");
  EXPECT_THAT(run_isthmus({"info", "coar", "--quiet"}).err, HasSubstr("did you mean cora?"));
}

}  // namespace
}  // namespace isthmus::cli::streams_test
