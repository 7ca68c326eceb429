#include "arguments.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"

namespace isthmus::cli::arguments_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

using Words = std::vector<std::string>;

/// Message and hint of the mistake in `words`, "MESSAGE | HINT"; "none" if there is none.
std::string mistake(const std::string& verb, const Words& words) {
  try {
    (void)parse_arguments(*find_verb(verb), words);
  } catch (const InvalidArgument& error) {
    return std::string(error.what()) + (error.hint().empty() ? "" : " | " + error.hint());
  }
  return "none";
}

TEST(Arguments, ReadsFlagsValuesAndWords) {
  const Arguments arguments = parse_arguments(
      *find_verb("info"), Words{"--seed=7", "cora", "--threads", "2", "--quiet", "--loops=keep"});
  EXPECT_EQ(arguments.integer("--seed"), 7);
  EXPECT_EQ(arguments.integer("--threads"), 2);
  EXPECT_TRUE(arguments.has("--quiet"));
  EXPECT_FALSE(arguments.has("-v"));
  EXPECT_EQ(arguments.text("--loops"), "keep");
  EXPECT_THAT(arguments.positional(0), ElementsAre("cora"));
}

TEST(Arguments, FallsBackToTheDefaultsOfTheTable) {
  const Arguments arguments = parse_arguments(*find_verb("info"), Words{"cora"});
  EXPECT_EQ(arguments.integer("--seed"), 0);
  EXPECT_EQ(arguments.text("--progress"), "auto");
  // Defaults that are a description for people are not values.
  EXPECT_EQ(arguments.integer("--threads"), std::nullopt);
  EXPECT_EQ(arguments.text("--data-root"), "");
}

TEST(Arguments, KeepsEveryValueOfARepeatableOptionInOrder) {
  const Arguments arguments = parse_arguments(
      *find_verb("train"), Words{"--set", "a.b=1", "--set=c=d=e", "--set", "f=--g"});
  EXPECT_THAT(arguments.all("--set"), ElementsAre("a.b=1", "c=d=e", "f=--g"));
}

TEST(Arguments, TakesDashesBehindTheDoubleDashAsWords) {
  const Arguments arguments = parse_arguments(*find_verb("info"), Words{"--", "--json"});
  EXPECT_THAT(arguments.positional(0), ElementsAre("--json"));
  EXPECT_FALSE(arguments.has("--json"));
}

TEST(Arguments, DealsWordsOutInOrder) {
  const Arguments arguments =
      parse_arguments(*find_verb("dataset"), Words{"path", "cora", "--quiet", "tu:MUTAG"});
  EXPECT_THAT(arguments.positional(0), ElementsAre("path"));
  EXPECT_THAT(arguments.positional(1), ElementsAre("cora", "tu:MUTAG"));
}

TEST(Arguments, NamesTheMistakeAndOffersTheNearestName) {
  EXPECT_EQ(mistake("info", {"cora", "--tread", "2"}),
            "info: unknown option '--tread' | did you mean '--threads'?");
  EXPECT_EQ(mistake("info", {"cora", "--sed=2"}),
            "info: unknown option '--sed' | did you mean '--seed'?");
  EXPECT_EQ(mistake("info", {"cora", "--bogus"}),
            "info: unknown option '--bogus' | see isthmus info --help");
  EXPECT_EQ(mistake("info", {"cora", "-5"}), "info: unknown option '-5' | see isthmus info --help");
  EXPECT_EQ(mistake("info", {"cora", "--seed"}), "--seed needs a value: --seed N");
  EXPECT_EQ(mistake("info", {"cora", "--seed="}), "--seed needs a value: --seed N");
  EXPECT_EQ(mistake("info", {"cora", "--cache-dir", "--quiet"}),
            "--cache-dir needs a value: --cache-dir DIR");
  EXPECT_EQ(mistake("info", {"cora", "--seed", "x"}),
            "--seed must be a whole number >= 0, got 'x'");
  EXPECT_EQ(mistake("info", {"cora", "--seed=-1"}), "--seed must be a whole number >= 0, got '-1'");
  EXPECT_EQ(mistake("info", {"cora", "--seed=99999999999999999999"}),
            "--seed must be a whole number >= 0, got '99999999999999999999'");
  EXPECT_EQ(mistake("info", {"cora", "--threads", "0"}),
            "--threads must be a whole number in 1..4096, got '0'");
  EXPECT_EQ(mistake("info", {"cora", "--quiet=1"}), "--quiet takes no value, got '--quiet=1'");
  EXPECT_EQ(mistake("info", {"cora", "--seed", "1", "--seed", "2"}),
            "--seed may be given once, got 2 values: 1, 2");
  EXPECT_EQ(mistake("info", {"cora", "--progress", "alway"}),
            "--progress must be one of auto, always, never, got 'alway' | did you mean 'always'?");
  EXPECT_EQ(mistake("info", {"cora", "--set", "seed"}), "--set must be KEY=VALUE, got 'seed'");
  EXPECT_EQ(mistake("info", {"cora", "--set", "=1"}), "--set must be KEY=VALUE, got '=1'");
  EXPECT_EQ(mistake("info", {"cora", "--memory-limit", "much"}),
            "--memory-limit must be a size such as 512M or 8G, got 'much'");
  EXPECT_EQ(mistake("info", {}), "info: NAME|FILE is missing | see isthmus info --help");
  EXPECT_EQ(mistake("info", {"cora", "citeseer"}),
            "info: one word too many: 'citeseer' | see isthmus info --help");
  EXPECT_EQ(mistake("dataset", {}),
            "dataset: ACTION is missing (list, info, path, verify) | see isthmus dataset --help");
  EXPECT_EQ(
      mistake("dataset", {"lst"}),
      "dataset: ACTION must be one of list, info, path, verify, got 'lst' | did you mean 'list'?");
}

TEST(Arguments, SaysThatNoVerbWritesReports) {
  EXPECT_EQ(mistake("train", {"--html", "r.html"}),
            "train: --html is not available: no verb of this version writes a report");
  EXPECT_EQ(mistake("info", {"cora", "--html=r.html"}),
            "info: --html is not available: no verb of this version writes a report");
}

TEST(JsonFile, IsTheNextWordOnlyIfItIsADashOrEndsInJson) {
  EXPECT_THAT(join_json_file(Words{"--json", "A", "B"}), ElementsAre("--json=-", "A", "B"));
  EXPECT_THAT(join_json_file(Words{"--json", "out.json", "B"}),
              ElementsAre("--json=out.json", "B"));
  EXPECT_THAT(join_json_file(Words{"--json", "-", "B"}), ElementsAre("--json=-", "B"));
  EXPECT_THAT(join_json_file(Words{"A", "--json"}), ElementsAre("A", "--json=-"));
  EXPECT_THAT(join_json_file(Words{"--json", ".json"}), ElementsAre("--json=-", ".json"));
  EXPECT_THAT(join_json_file(Words{"--", "--json"}), ElementsAre("--", "--json"));
  EXPECT_THAT(join_json_file(Words{}), IsEmpty());
}

TEST(JsonTarget, IsKnownEvenIfOtherWordsAreWrong) {
  EXPECT_EQ(json_target(Words{"info", "--bogus", "--json"}), "-");
  EXPECT_EQ(json_target(Words{"info", "--json=a.json", "--seed"}), "a.json");
  EXPECT_EQ(json_target(Words{"info", "--", "--json"}), "");
}

TEST(AsksForHelp, LooksBeforeTheDoubleDashOnly) {
  EXPECT_TRUE(asks_for_help(Words{"--bogus", "--help"}));
  EXPECT_TRUE(asks_for_help(Words{"-h"}));
  EXPECT_FALSE(asks_for_help(Words{"--", "--help"}));
}

TEST(ParseSize, KnowsPowersOf1024) {
  EXPECT_EQ(parse_size("--x", "4096"), 4096U);
  EXPECT_EQ(parse_size("--x", "1K"), 1024U);
  EXPECT_EQ(parse_size("--x", "1.5G"), 1610612736U);
  EXPECT_EQ(parse_size("--x", "2GiB"), 2147483648U);
  EXPECT_EQ(parse_size("--x", "3MB"), 3145728U);
  for (const char* wrong : {"", "G", "-1G", "1X", "1GG", "0", "nan", "1e30", "8 G"}) {
    EXPECT_THROW((void)parse_size("--x", wrong), InvalidArgument) << wrong;
  }
}

}  // namespace
}  // namespace isthmus::cli::arguments_test
