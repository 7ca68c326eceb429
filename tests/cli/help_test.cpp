#include "help.hpp"

#include <cstdlib>
#include <fstream>
#include <set>
#include <sstream>
#include <string>

#include <gmock/gmock.h>

namespace isthmus::cli::help_test {
namespace {

std::string golden(const std::string& name) {
  const std::ifstream file(std::string(std::getenv("ISTHMUS_SOURCE_ROOT")) + "/tests/golden/cli/" +
                           name + ".txt");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

// Pins the words that users read. Goes red with every change of the table of verbs: look at the
// difference, then regenerate by tests/golden/cli/update.sh.
TEST(Help, OverviewIsTheGoldenText) { EXPECT_EQ(overview_help(), golden("help")); }

TEST(Help, EachVerbIsTheGoldenText) {
  for (const VerbSpec& verb : all_verbs()) {
    EXPECT_EQ(verb_help(verb), golden(verb.name == "help" ? "help_help" : verb.name)) << verb.name;
  }
}

TEST(Help, ShowsTwoExamplesBeforeTheOptions) {
  for (const VerbSpec& verb : all_verbs()) {
    EXPECT_EQ(verb.examples.size(), 2U) << verb.name;
    const std::string text = verb_help(verb);
    EXPECT_LT(text.find("examples\n"), text.find("options\n")) << verb.name;
  }
}

TEST(Help, KeepsLinesWithin100Columns) {
  for (const VerbSpec& verb : all_verbs()) {
    std::istringstream lines(verb_help(verb));
    for (std::string line; std::getline(lines, line);) {
      EXPECT_LE(line.size(), 100U) << line;
    }
  }
}

TEST(CommandTable, NamesEachOptionOnceAndGivesValuesAName) {
  for (const VerbSpec& verb : all_verbs()) {
    std::set<std::string> seen;
    for (const std::string& name : option_names(verb)) {
      EXPECT_TRUE(seen.insert(name).second) << verb.name << " " << name;
      const OptionSpec* option = find_option(verb, name);
      ASSERT_NE(option, nullptr);
      EXPECT_EQ(option->value.empty(), option->takes == Takes::kNothing) << name;
      EXPECT_EQ(option->choices.empty(), option->takes != Takes::kChoice) << name;
      EXPECT_FALSE(option->meaning.empty()) << name;
    }
  }
}

}  // namespace
}  // namespace isthmus::cli::help_test
