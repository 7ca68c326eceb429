#include "isthmus/core/nearest_name.hpp"

#include <set>
#include <vector>

#include <gtest/gtest.h>

namespace isthmus::nearest_name_test {
namespace {

TEST(NearestName, FindsEachKindOfSlip) {
  const std::vector<std::string> verbs{"train", "eval", "predict", "info", "dataset"};
  EXPECT_EQ(nearest_name("tran", verbs), "train");       // one letter missing
  EXPECT_EQ(nearest_name("traain", verbs), "train");     // one too many
  EXPECT_EQ(nearest_name("trein", verbs), "train");      // one replaced
  EXPECT_EQ(nearest_name("trian", verbs), "train");      // two swapped
  EXPECT_EQ(nearest_name("preditc", verbs), "predict");  // swapped at the end
  EXPECT_EQ(nearest_name("dataset", verbs), "dataset");
}

TEST(NearestName, GivesNothingBeyondTwoEdits) {
  const std::vector<std::string> names{"train"};
  EXPECT_EQ(nearest_name("rtian", names), "train");  // two swaps
  EXPECT_EQ(nearest_name("rtia", names), "");        // and a letter missing: three
  EXPECT_EQ(nearest_name("cora", names), "");
  EXPECT_EQ(nearest_name("", names), "");
  EXPECT_EQ(nearest_name("train", {}), "");
}

TEST(NearestName, NeedsFewerEditsThanTheNameHasLetters) {
  const std::vector<std::string> names{"ab", "xyz"};
  EXPECT_EQ(nearest_name("q", names), "");     // any single letter is one edit from nothing
  EXPECT_EQ(nearest_name("qr", names), "");    // two letters, two edits
  EXPECT_EQ(nearest_name("aq", names), "ab");  // two letters, one edit
}

TEST(NearestName, TakesTheFirstOfEqualsAndTheNearerOfUnequals) {
  EXPECT_EQ(nearest_name("cort", std::vector<std::string>{"cork", "cora"}), "cork");
  EXPECT_EQ(nearest_name("cort", std::vector<std::string>{"coxx", "cora"}), "cora");
}

// The restricted form of the distance would say 3: swapped letters may be parted by an insertion.
TEST(NearestName, CountsASwapWithALetterBetweenAsTwo) {
  EXPECT_EQ(nearest_name("cad", std::vector<std::string>{"abcd"}), "abcd");
}

TEST(NearestName, SurvivesBytesAboveAscii) {
  EXPECT_EQ(nearest_name("gr\xc3\xa4ph", std::vector<std::string>{"graph"}), "graph");
}

using Words = std::set<std::string>;

/// All words one edit away, by doing each edit.
Words one_edit(const std::string& word) {
  Words words;
  for (std::size_t i = 0; i <= word.size(); ++i) {
    for (const char letter : {'a', 'b', 'c'}) {
      words.insert(word.substr(0, i) + letter + word.substr(i));
      if (i < word.size()) {
        words.insert(word.substr(0, i) + letter + word.substr(i + 1));
      }
    }
    if (i < word.size()) {
      words.insert(word.substr(0, i) + word.substr(i + 1));
    }
    if (i + 1 < word.size()) {
      std::string swapped = word;
      std::swap(swapped[i], swapped[i + 1]);
      words.insert(swapped);
    }
  }
  return words;
}

/// Oracle: words over {a, b, c} of up to 4 letters against the edits carried out one after another.
TEST(NearestName, AgreesWithCarryingOutTheEdits) {
  std::vector<std::string> all{""};
  for (std::size_t i = 0; i < all.size() && all[i].size() < 4; ++i) {
    for (const char letter : {'a', 'b', 'c'}) {
      all.push_back(all[i] + letter);
    }
  }
  for (const std::string name : {"abc", "caab", "bacb", "aaaa"}) {
    Words near{name};
    for (int edits = 0; edits < 2; ++edits) {
      Words further = near;
      for (const auto& word : near) {
        further.merge(one_edit(word));
      }
      near = further;
    }
    for (const auto& other : all) {
      const std::vector<std::string> only{other};
      const bool expected = near.count(other) > 0 && !other.empty();
      EXPECT_EQ(!nearest_name(name, only).empty(), expected) << name << " and " << other;
    }
  }
}

}  // namespace
}  // namespace isthmus::nearest_name_test
