#include "isthmus/rewiring/option_words.hpp"

#include <set>

#include <gtest/gtest.h>

namespace isthmus::rewiring::option_words_test {
namespace {

static_assert(option_of_word("keep-connected", Removal::kOff) == Removal::kKeepConnected);
static_assert(option_of_word("join", ComponentRule::kWithin) == ComponentRule::kJoin);
static_assert(option_of_word("intersection", LaserSymmetrize::kNone) ==
              LaserSymmetrize::kIntersection);

/// Each value has one word, each word one value.
template <typename Enum>
void expect_one_each(std::size_t values) {
  std::set<std::string_view> words;
  std::set<Enum> found;
  for (const auto& [word, value] : kOptionWords<Enum>) {
    words.insert(word);
    found.insert(value);
    EXPECT_EQ(option_of_word(word, Enum{}), value) << word;
  }
  EXPECT_EQ(words.size(), values);
  EXPECT_EQ(found.size(), values);
}

TEST(OptionWords, StandForOneValueEach) {
  expect_one_each<Removal>(3);
  expect_one_each<ComponentRule>(2);
  expect_one_each<LaserOrbit>(2);
  expect_one_each<LaserSymmetrize>(3);
  expect_one_each<DiffusionKernel>(2);
  expect_one_each<DiffusionSymmetrize>(2);
  expect_one_each<PruneObjective>(2);
  expect_one_each<PruneSense>(2);
}

TEST(OptionWords, OtherWordsMeanWhatTheCallerSays) {
  EXPECT_EQ(option_of_word("auto", Removal::kFree), Removal::kFree);
  EXPECT_EQ(option_of_word("", Removal::kOff), Removal::kOff);
  EXPECT_EQ(option_of_word("Off", Removal::kFree), Removal::kFree);
  for (const auto& [word, value] : kOptionWords<Removal>) {
    EXPECT_EQ(name_of(value), word);  // the word that reports print
  }
}

}  // namespace
}  // namespace isthmus::rewiring::option_words_test
