#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "program.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::cli::dataset_test {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;

/// The set of that name in the answer of `dataset list`.
formats::Json listed(const formats::Json& document, const std::string& name) {
  for (const formats::Json& set : document.at("sets").as_array()) {
    if (set.at("name").as_string() == name) {
      return set;
    }
  }
  return {};
}

TEST(DatasetList, SaysWhatIsHereAndWhatNeedsNoFile) {
  const test::TemporaryFolder empty;
  const test::ProcessResult result =
      run_isthmus({"dataset", "list", "--data-root", empty.path().string(), "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "dataset");
  EXPECT_EQ(document.at("data_root").at("origin").as_string(), "--data-root");
  EXPECT_EQ(listed(document, "karate").at("state").as_string(), "embedded");
  EXPECT_EQ(listed(document, "gen:minesweeper").at("state").as_string(), "generated");
  EXPECT_NE(listed(document, "cora").at("state").as_string(), "present");
}

TEST(DatasetList, TakesTheFirstRootThatIsNamed) {
  const test::TemporaryFolder first;
  const test::TemporaryFolder second;
  const auto origin = [](const test::ProcessResult& result) {
    return valid_document(result.out, "dataset").at("data_root").at("origin").as_string();
  };
  const std::string config =
      first.write("c.toml", "[dataset]\ndir = \"" + second.path().string() + "\"\n");
  const test::ProcessOptions with = {.environment = {{"ISTHMUS_DATA", second.path().string()}}};
  const test::ProcessOptions without = {.environment = {{"ISTHMUS_DATA", ""}}};
  EXPECT_EQ(origin(run_isthmus({"dataset", "list", "--json", "--data-root", first.path().string()},
                               with)),
            "--data-root");
  EXPECT_EQ(origin(run_isthmus({"dataset", "list", "--json"}, with)), "ISTHMUS_DATA");
  EXPECT_EQ(origin(run_isthmus({"dataset", "list", "--json", "--config", config}, without)),
            "dataset.dir");
  EXPECT_EQ(origin(run_isthmus(
                {"dataset", "list", "--json", "--set", "dataset.dir=" + second.path().string()},
                without)),
            "dataset.dir");
  EXPECT_EQ(origin(run_isthmus({"dataset", "list", "--json"}, without)), "default");
}

TEST(DatasetPath, PrintsAbsolutePathsOneALine) {
  if (test_data().empty()) {
    GTEST_SKIP() << "no data root (option test_data)";
  }
  const test::ProcessResult result = run_isthmus({"dataset", "path", "minesweeper"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out.back(), '\n');
  EXPECT_TRUE(std::filesystem::path(result.out.substr(0, result.out.find('\n'))).is_absolute());
  EXPECT_TRUE(std::filesystem::is_regular_file(result.out.substr(0, result.out.find('\n'))));
}

TEST(DatasetVerify, FindsEverythingInOrder) {
  if (test_data().empty()) {
    GTEST_SKIP() << "no data root (option test_data)";
  }
  const test::ProcessResult result =
      run_isthmus({"dataset", "verify", "cora", "tu:MUTAG", "karate", "--json"});
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "dataset");
  EXPECT_EQ(document.at("status").as_string(), "ok");
  ASSERT_EQ(document.at("sets").as_array().size(), 3U);
  const formats::Json& cora = document.at("sets").as_array()[0];
  EXPECT_FALSE(cora.at("files").as_array().empty());
  EXPECT_FALSE(cora.at("counts").as_array().empty());
}

TEST(DatasetVerify, NoticesAChangedByte) {
  if (test_data().empty()) {
    GTEST_SKIP() << "no data root (option test_data)";
  }
  // A root with a copy of one set, and one byte of its labels changed.
  const test::TemporaryFolder root;
  const std::filesystem::path source = std::filesystem::path(test_data());
  std::filesystem::copy(source / "MANIFEST.tsv", root.path() / "MANIFEST.tsv");
  std::filesystem::create_directories(root.path() / "planetoid");
  std::filesystem::copy(source / "planetoid/cora", root.path() / "planetoid/cora",
                        std::filesystem::copy_options::recursive);
  std::string labels = root.read("planetoid/cora/plain/labels.txt");
  labels.front() = labels.front() == '1' ? '2' : '1';
  (void)root.write("planetoid/cora/plain/labels.txt", labels);
  const test::ProcessResult result =
      run_isthmus({"dataset", "verify", "cora", "--data-root", root.path().string()});
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_THAT(result.out, HasSubstr("WRONG"));
  EXPECT_THAT(result.out, HasSubstr("labels.txt"));
}

TEST(Dataset, SaysWhichWordIsMissing) {
  EXPECT_EQ(run_isthmus({"dataset", "info"}).err,
            "isthmus: dataset info: NAME is missing\n  isthmus dataset list shows the names\n");
  EXPECT_EQ(run_isthmus({"dataset", "list", "cora"}).err,
            "isthmus: dataset list: one word too many: 'cora'\n"
            "  facts of one set: isthmus dataset info cora\n");
  EXPECT_EQ(run_isthmus({"dataset", "info", "cora", "karate"}).exit_code, 2);
}

}  // namespace
}  // namespace isthmus::cli::dataset_test
