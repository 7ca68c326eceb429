#include "isthmus/datasets/brec.hpp"

#include <cstdlib>
#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::brec_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

const std::string kColumns =
    "pair\tcategory\tsubcategory\tn_a\tm_a\tn_b\tm_b\tconnected_a\tconnected_b\n";
// C6 and two triangles; the path of three nodes and the triangle.
const std::string kGraphs = "EhEG\nEwCW\nBg\nBw\n";
const std::string kRows = kColumns +
                          "0\tBasic\tBasic\t6\t6\t6\t6\t1\t0\n"
                          "1\tRegular\tSimple_Regular\t3\t2\t3\t3\t1\t1\n";

/// How read_brec() fails.
std::string failure(const std::string& graphs, const std::string& rows) {
  const TemporaryFolder folder;
  (void)folder.write("brec_pairs.tsv", rows);
  const std::string path = folder.write("brec.g6", graphs);
  return message_of([&] { (void)read_brec(path); }, folder.path());
}

TEST(Brec, ReadsPairsInTheirOrder) {
  const TemporaryFolder folder;
  (void)folder.write("brec_pairs.tsv", kRows);
  const auto pairs = read_brec(folder.write("brec.g6", kGraphs));
  ASSERT_EQ(pairs.size(), 2U);
  EXPECT_EQ(pairs[0].category, "Basic");
  EXPECT_EQ(pairs[0].a.num_nodes(), 6);
  EXPECT_EQ(pairs[1].id, 1);
  EXPECT_EQ(pairs[1].subcategory, "Simple_Regular");
  EXPECT_THAT(pairs[1].a.edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}));
  EXPECT_EQ(pairs[1].b.edges().size(), 3U);
}

TEST(Brec, RefusesFilesOfAnotherLength) {
  EXPECT_EQ(
      failure("EhEG\nEwCW\nBg\n", kRows),
      "DIR/brec.g6: there must be two graphs for each pair of brec_pairs.tsv (expected 4, got 3)");
  EXPECT_EQ(
      failure(kGraphs + "Bw\nBw\n", kRows),
      "DIR/brec.g6: there must be two graphs for each pair of brec_pairs.tsv (expected 4, got 6)");
  EXPECT_THAT(failure("", kRows), HasSubstr("(expected 4, got 0)"));
  EXPECT_THAT(failure("EhEG\nEwC\nBg\nBw\n", kRows), HasSubstr("brec.g6:2: "));
  EXPECT_THAT(failure("EhEG\nEwCWW\nBg\nBw\n", kRows), HasSubstr("brec.g6:2: "));
}

TEST(Brec, RefusesColumnsThatDifferFromTheGraphs) {
  const auto row = [](const char* facts) {
    return failure("EhEG\nEwCW\n", kColumns + "0\tBasic\tBasic\t" + facts + "\n");
  };
  EXPECT_THAT(row("7\t6\t6\t6\t1\t0"),
              HasSubstr("brec_pairs.tsv:2: nodes of graph a differ from the graphs' file "
                        "(expected 6, got \"7\")"));
  EXPECT_THAT(row("6\t6\t6\t5\t1\t0"), HasSubstr("edges of graph b differ"));
  EXPECT_THAT(row("6\t6\t6\t6\t1\t1"), HasSubstr("connectedness of graph b differ"));
  EXPECT_THAT(row("6\t6\t6\t6\t1\t2"), HasSubstr("brec_pairs.tsv:2"));
  EXPECT_THAT(row("6\t6\t6\t6\t1"), HasSubstr("brec_pairs.tsv:2"));
  EXPECT_THAT(row("6\t6\t6\t6\t1\t0\t7"), HasSubstr("brec_pairs.tsv:2"));
  EXPECT_THAT(failure("EhEG\nEwCW\n", kColumns + "1\tBasic\tBasic\t6\t6\t6\t6\t1\t0\n"),
              HasSubstr("brec_pairs.tsv:2"));
  EXPECT_THAT(failure(kGraphs, "pair\n" + kRows),
              HasSubstr("the first line must name the columns"));
}

TEST(Brec, RefusesWhatIsMissing) {
  const TemporaryFolder folder;
  EXPECT_NE(message_of([&] { (void)read_brec(folder / "brec.g6"); }), "");
  const std::string path = folder.write("brec.g6", kGraphs);
  EXPECT_THAT(message_of([&] { (void)read_brec(path); }), HasSubstr("brec_pairs.tsv"));
}

TEST(Brec, IsThePublishedSet) {
  const char* const root = std::getenv("ISTHMUS_DATA");
  const std::filesystem::path file =
      std::filesystem::path(root == nullptr ? "" : root) / "expressivity/brec/brec.g6";
  if (!std::filesystem::exists(file)) {
    GTEST_SKIP() << "no expressivity/brec in $ISTHMUS_DATA";
  }
  const auto pairs = read_brec(file);
  ASSERT_EQ(pairs.size(), 400U);
  EXPECT_EQ(pairs[59].category, "Basic");
  EXPECT_EQ(pairs[60].subcategory, "Simple_Regular");
  EXPECT_EQ(pairs[160].category, "Extension");
  EXPECT_EQ(pairs[260].category, "CFI");
  EXPECT_EQ(pairs[399].category, "Distance_Regular");
}

}  // namespace
}  // namespace isthmus::datasets::brec_test
