#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "program.hpp"
#include "support/temporary_folder.hpp"
#include "training.hpp"

namespace isthmus::cli::train_test {
namespace {

using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;
using ::testing::StartsWith;
using Words = std::vector<std::string>;

TEST(Train, PrintsTheResultDocumentThatItWrites) {
  const test::TemporaryFolder folder;
  const Words words = small_training(folder / "run", 5, {"--json", "--seed", "3"});
  const test::ProcessResult result = run_isthmus(words);
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json document = valid_document(result.out, "train");
  EXPECT_EQ(document.at("event").as_string(), "end");
  EXPECT_EQ(document.at("status").as_string(), "ok");
  EXPECT_EQ(document.at("seed").as_integer(), 3);
  EXPECT_EQ(document.at("args").as_array().size(), words.size());
  EXPECT_EQ(document.at("environment").at("threads").as_integer() > 0, true);
  // Never one row alone: the structure-blind baseline stands beside.
  EXPECT_EQ(document.at("baselines").as_array().at(0).at("name").as_string(), "mlp");
  EXPECT_EQ(valid_document(folder.read("run/result.json"), "train"), document);
  for (const char* file : {"config.toml", "log.jsonl", "predictions.tsv"}) {
    EXPECT_TRUE(std::filesystem::is_regular_file(folder.path() / "run" / file)) << file;
  }
}

TEST(Train, SaysWhatRewiringDidToTheEdges) {
  const std::vector<std::string> rewired = {"--set", "rewire.method=random", "--set",
                                            "rewire.budget=7"};
  Words words = rewired;
  words.emplace_back("--json");
  const test::ProcessResult result = run_isthmus(small_training("", 1, words));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  const formats::Json rewire = valid_document(result.out, "train").at("rewire");
  EXPECT_EQ(rewire.at("added").as_integer(), 7);
  EXPECT_EQ(rewire.at("edges_after").as_integer(), rewire.at("edges_before").as_integer() + 7);
  EXPECT_THAT(result.err, HasSubstr("isthmus: rewired by random, budget 7: edges "));
  const test::ProcessResult refused =
      run_isthmus(small_training("", 1, {"--set", "rewire.method=randm"}));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("did you mean 'random'?"));
}

TEST(Train, PrintsATableWithTheBaseline) {
  const test::ProcessResult result = run_isthmus(small_training("", 3, {"--seeds", "2"}));
  ASSERT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.out, StartsWith("model     metric"));
  EXPECT_THAT(result.out, HasSubstr("\nsageconv  test.accuracy  0."));
  EXPECT_THAT(result.out, HasSubstr("\nmlp       test.accuracy  0."));
  EXPECT_THAT(result.out, Not(HasSubstr("\x1b")));
}

TEST(Train, SaysWhereTheResultsAreUnlessQuiet) {
  const test::TemporaryFolder folder;
  const std::string run = folder / "run";
  const test::ProcessResult loud = run_isthmus(small_training(run, 2));
  EXPECT_THAT(loud.err, HasSubstr("isthmus: results are in " + run + "\n"));
  EXPECT_EQ(run_isthmus(small_training(run, 2, {"--force", "--quiet"})).err, "");
}

TEST(Train, RunsItsResolvedConfigAgainWithTheSameNumbers) {
  const test::TemporaryFolder folder;
  const formats::Json first = valid_document(
      run_isthmus(small_training(folder / "one", 8, {"--json", "--seed=5"})).out, "train");
  const test::ProcessResult again =
      run_isthmus({"train", "--config", folder / "one/config.toml", "--out-dir", folder / "two",
                   "--json", "--threads", "1"});
  ASSERT_EQ(again.exit_code, 0) << again.err;
  const formats::Json second = valid_document(again.out, "train");
  EXPECT_EQ(first.at("final_loss_hex"), second.at("final_loss_hex"));
  EXPECT_EQ(first.at("summary"), second.at("summary"));
}

TEST(Train, GivesTheSameBitsForAnyNumberOfThreads) {
  std::vector<std::string> losses;
  for (const char* threads : {"1", "2", "3"}) {
    const test::ProcessResult result =
        run_isthmus(small_training("", 8, {"--json", "--threads", threads}));
    ASSERT_EQ(result.exit_code, 0) << result.err;
    losses.push_back(valid_document(result.out, "train").at("final_loss_hex").as_string());
  }
  EXPECT_EQ(losses[0], losses[1]);
  EXPECT_EQ(losses[0], losses[2]);
}

TEST(TrainConfig, OptionsWinOverSetAndSetOverTheFile) {
  const test::TemporaryFolder folder;
  const std::string file =
      folder.write("c.toml", "seed = 1\n[dataset]\nname = \"cora\"\n[optim]\nmax_epoch = 11\n");
  const auto config = [&](const Words& more) {
    Words words = {"train", "--config", file, "--print", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return valid_document(run_isthmus(words).out, "train").at("config");
  };
  EXPECT_EQ(config({}).at("seed").as_integer(), 1);
  EXPECT_EQ(config({"--set", "seed=2"}).at("seed").as_integer(), 2);
  EXPECT_EQ(config({"--set", "seed=2", "--seed", "3"}).at("seed").as_integer(), 3);
  EXPECT_EQ(config({"--seed", "3"}).at("optim").at("max_epoch").as_integer(), 11);
}

TEST(TrainConfig, NamesAnUnknownKeyWithItsLineAndTheNearest) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("c.toml", "seed = 1\n[gnn]\ndim_iner = 16\n");
  const test::ProcessResult result = run_isthmus({"train", "--config", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("isthmus: " + file + ":3: unknown key 'gnn.dim_iner'\n"));
  EXPECT_THAT(result.err, HasSubstr("gnn.dim_inner"));
}

TEST(TrainConfig, NamesAWrongTypeWithItsLine) {
  const test::TemporaryFolder folder;
  const std::string file = folder.write("c.toml", "seed = 1\n[gnn]\ndim_inner = \"wide\"\n");
  const test::ProcessResult result = run_isthmus({"train", "--config", file});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, StartsWith("isthmus: " + file + ":3: "));
  EXPECT_THAT(result.err, HasSubstr("gnn.dim_inner"));
}

TEST(TrainRecipes, AreListedPrintedAndNearestNamed) {
  const test::ProcessResult list = run_isthmus({"train", "--list-recipes"});
  EXPECT_EQ(list.exit_code, 0);
  EXPECT_THAT(list.out, HasSubstr("\ncora-gcn "));
  (void)valid_document(run_isthmus({"train", "--list-recipes", "--json"}).out, "train");

  const test::ProcessResult as_written = run_isthmus({"train", "--recipe", "cora-gcn", "--print"});
  EXPECT_EQ(as_written.exit_code, 0);
  EXPECT_THAT(as_written.out, StartsWith("# "));
  const test::ProcessResult changed =
      run_isthmus({"train", "--recipe", "cora-gcn", "--print", "--seed", "9"});
  EXPECT_THAT(changed.out, HasSubstr("seed = 9\n"));

  const test::ProcessResult wrong = run_isthmus({"train", "--recipe", "cora-gnc"});
  EXPECT_EQ(wrong.exit_code, 2);
  EXPECT_THAT(wrong.err, StartsWith("isthmus: unknown recipe 'cora-gnc'\n"));
  EXPECT_THAT(wrong.err, HasSubstr("cora-gcn"));
  EXPECT_EQ(run_isthmus({"train"}).err,
            "isthmus: train: --recipe NAME or --config FILE is missing\n"
            "  isthmus train --list-recipes shows the recipes\n");
}

TEST(Train, ChecksEverythingInADryRunAndDoesNothing) {
  const test::TemporaryFolder folder;
  const test::ProcessResult result = run_isthmus(small_training(folder / "run", 2, {"--dry-run"}));
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_THAT(result.err, StartsWith("isthmus: would train on gen:minesweeper"));
  EXPECT_THAT(result.err, HasSubstr("isthmus: full_batch: a run holds about "));
  EXPECT_FALSE(std::filesystem::exists(folder / "run"));
  // An absent data set is noticed.
  EXPECT_EQ(run_isthmus({"train", "--recipe", "cora-gcn", "--dry-run", "--data-root",
                         folder.path().string()})
                .exit_code,
            3);
}

TEST(Train, RefusesToReplaceResultsUnlessForced) {
  const test::TemporaryFolder folder;
  ASSERT_EQ(run_isthmus(small_training(folder / "run", 2)).exit_code, 0);
  const std::string before = folder.read("run/result.json");
  const test::ProcessResult refused = run_isthmus(small_training(folder / "run", 3));
  EXPECT_EQ(refused.exit_code, 2);
  EXPECT_THAT(refused.err, HasSubstr("--force"));
  EXPECT_EQ(folder.read("run/result.json"), before);
  EXPECT_EQ(run_isthmus(small_training(folder / "run", 3, {"--force"})).exit_code, 0);
}

TEST(Train, SurvivesAClosedPipe) {
  const test::TemporaryFolder folder;
  const test::ProcessResult result =
      run_isthmus(small_training(folder / "run", 5), {.close_stdout = true});
  EXPECT_EQ(result.exit_code, 0) << result.err;
  (void)valid_document(folder.read("run/result.json"), "train");
}

TEST(Train, SaysThatTheDiskIsFull) {
  const test::TemporaryFolder folder;
  const test::ProcessResult result =
      run_isthmus(small_training(folder / "run", 5, {"--json"}), {.file_size_limit = 2500});
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.err, HasSubstr(folder / "run"));
  (void)valid_document(result.out, "error");
  for (const auto& entry : std::filesystem::recursive_directory_iterator(folder.path())) {
    EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("tmp"))) << "left behind";
  }
}

TEST(Train, SaysThatTheFolderIsReadOnly) {
  const test::TemporaryFolder folder;
  std::filesystem::permissions(
      folder.path(), std::filesystem::perms::owner_read | std::filesystem::perms::owner_exec);
  const test::ProcessResult result =
      run_isthmus(small_training(folder / "run", 5), {.bound_by_permissions = true});
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("Permission denied"));
}

TEST(Train, StopsAtTheFirstLossThatIsNoNumber) {
  const test::TemporaryFolder folder;
  const test::ProcessResult result =
      run_isthmus(small_training(folder / "run", 50, {"--set=optim.base_lr=1e30", "--json"}));
  EXPECT_EQ(result.exit_code, 1);
  EXPECT_THAT(result.err, HasSubstr("epoch"));
  const formats::Json document = valid_document(result.out, "train");
  ASSERT_TRUE(document.is_object());
  EXPECT_EQ(document.at("status").as_string(), "failed");
}

TEST(Train, RefusesAnUnknownSimdLevelBeforeAnyWork) {
  const test::ProcessResult result =
      run_isthmus(small_training("", 2), {.environment = {{"ISTHMUS_SIMD", "sse9"}}});
  EXPECT_EQ(result.exit_code, 2);
  EXPECT_THAT(result.err, HasSubstr("sse9"));
}

TEST(Train, StopsAtTheMemoryLimit) {
  const test::ProcessResult result = run_isthmus(small_training("", 2, {"--memory-limit", "20M"}));
  EXPECT_EQ(result.exit_code, 4) << result.err;
  EXPECT_THAT(result.err, HasSubstr("isthmus: out of memory\n"));
}

TEST(TrainProgress, IsOneErasedLineOnATerminal) {
  const test::ProcessResult result =
      run_isthmus(small_training("", 300, {"--progress=always"}), {.stderr_terminal = true});
  ASSERT_EQ(result.exit_code, 0);
  EXPECT_THAT(result.err, HasSubstr("\repochs  ["));
  EXPECT_THAT(result.err, ::testing::EndsWith("\r\x1b[K"));
  EXPECT_THAT(result.err, Not(HasSubstr("\n")));
}

TEST(TrainProgress, HasNoEscapeCodesElsewhereAndNothingUnderQuiet) {
  const test::ProcessResult plain = run_isthmus(small_training("", 30, {"--progress=always"}));
  EXPECT_THAT(plain.err, StartsWith("epochs  ["));
  EXPECT_THAT(plain.err, Not(HasSubstr("\x1b")));
  EXPECT_THAT(plain.err, Not(HasSubstr("\r")));
  EXPECT_EQ(run_isthmus(small_training("", 30, {"--quiet"}), {.stderr_terminal = true}).err, "");
}

}  // namespace
}  // namespace isthmus::cli::train_test
