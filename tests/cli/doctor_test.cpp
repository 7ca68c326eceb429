#include <cstdlib>
#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/core/version.hpp"

#include "program.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::cli::doctor_test {
namespace {

using ::testing::HasSubstr;

TEST(Doctor, ReportsWhatComputes) {
  const test::ProcessResult result = run_isthmus({"doctor", "--json", "--threads", "1"});
  EXPECT_EQ(result.exit_code, 0) << result.out;
  const formats::Json document = valid_document(result.out, "doctor");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("status").as_string(), "ok");
  EXPECT_EQ(document.at("versions").at("isthmus").as_string(), version());
  EXPECT_EQ(document.at("threads").at("budget").as_integer(), 1);
  EXPECT_EQ(document.at("threads").at("cpus").as_integer(), available_cpus());
  EXPECT_GT(document.at("memory").at("available_bytes").as_integer(), 0);
  EXPECT_EQ(document.at("cpu").at("simd_levels").as_array().at(0).as_string(), "scalar");
  const formats::Json& torch = document.at("libtorch");
  EXPECT_EQ(torch.is_null(), document.at("isthmus_nn").is_null());
  if (torch.is_object()) {
    EXPECT_EQ(torch.at("threads").as_integer(), 1) << "the budget did not reach LibTorch";
    EXPECT_GT(torch.at("gigaflops").as_double(), 0.0);
  }
}

TEST(Doctor, CallsAMissingDataRootAProblem) {
  const test::ProcessResult result =
      run_isthmus({"doctor"}, {.environment = {{"ISTHMUS_DATA", "/nonexistent/data"}}});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out, HasSubstr("problem: the data root /nonexistent/data (from ISTHMUS_DATA) "
                                    "is not there\n"));
}

TEST(Doctor, CallsABrokenSiblingAProblem) {
  // A copy of the program with a sibling that fails.
  const test::TemporaryFolder folder;
  std::filesystem::copy(std::getenv("ISTHMUS_PROGRAM"), folder / "isthmus");
  (void)folder.write("isthmus-nn", "#!/bin/sh\nexit 3\n");
  std::filesystem::permissions(folder / "isthmus-nn", std::filesystem::perms::owner_all);
  const test::ProcessResult result = test::run_process({folder / "isthmus", "doctor"});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.out,
              HasSubstr("problem: " + (folder / "isthmus-nn") + " does not run: exit status 3\n"));
}

TEST(Sibling, IsNamedWhereItIsMissing) {
  const test::TemporaryFolder folder;
  std::filesystem::copy(std::getenv("ISTHMUS_PROGRAM"), folder / "isthmus");
  for (const char* verb : {"train", "eval", "predict", "explain"}) {
    const test::ProcessResult result = test::run_process({folder / "isthmus", verb});
    EXPECT_EQ(result.exit_code, 1);
    EXPECT_EQ(result.err, "isthmus: " + std::string(verb) +
                              " needs the program isthmus-nn, which is not installed\n"
                              "  it belongs to the package isthmus-nn (build option -Dnn=enabled) "
                              "and lies beside isthmus or in\n  ../libexec/isthmus\n");
  }
  // Doctor can do without: a torch-free installation is whole.
  const test::ProcessResult doctor = test::run_process({folder / "isthmus", "doctor", "--json"});
  const formats::Json document = valid_document(doctor.out, "doctor");
  ASSERT_TRUE(document.is_object());
  EXPECT_TRUE(document.at("isthmus_nn").is_null());
}

TEST(Sibling, GetsTheSameWordsAndItsExitCodeCounts) {
  const test::TemporaryFolder folder;
  std::filesystem::copy(std::getenv("ISTHMUS_PROGRAM"), folder / "isthmus");
  (void)folder.write("libexec/isthmus/isthmus-nn", "#!/bin/sh\necho \"$@\"\nexit 75\n");
  std::filesystem::create_directory(folder / "bin");
  std::filesystem::rename(folder / "isthmus", folder / "bin/isthmus");
  std::filesystem::permissions(folder / "libexec/isthmus/isthmus-nn",
                               std::filesystem::perms::owner_all);
  const test::ProcessResult result =
      test::run_process({folder / "bin/isthmus", "train", "--recipe", "a b", "--json"});
  EXPECT_EQ(result.exit_code, 75);
  EXPECT_EQ(result.out, "train --recipe a b --json\n");
}

}  // namespace
}  // namespace isthmus::cli::doctor_test
