#include "isthmus/datasets/gin_text.hpp"

#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/zip.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::gin_text_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// A triangle whose last node lists a loop, and a single node; tags 3, 9; one value per node.
constexpr const char* kGood = "2\n3 5\n9 2 1 2 0.5\n3 2 0 2 1\n9 3 0 1 2 -2\n1 4\n3 0 7\n";

Dataset read(const std::string& text, const LoadOptions& options = {}) {
  const TemporaryFolder dir;
  return read_gin_text(dir.write("TOY.txt", text), {}, options);
}

std::string message_for(const std::string& text) {
  const TemporaryFolder dir;
  const auto path = dir.write("TOY.txt", text);
  return message_of([&] { (void)read_gin_text(path, {}); }, dir.path());
}

TEST(ReadGinText, ReadsGraphsTagsAndValues) {
  const Dataset dataset = read(kGood);
  EXPECT_THAT(dataset.node_ptr, ElementsAre(0, 3, 4));
  EXPECT_THAT(dataset.graphs[0].edges(), ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{1, 2}));
  EXPECT_THAT(dataset.y, ElementsAre(1, 0));
  EXPECT_THAT(dataset.class_labels, ElementsAre("4", "5"));
  EXPECT_EQ(dataset.x.num_cols, 3);
  EXPECT_THAT(dataset.x.dense, ElementsAre(0, 1, 0.5F, 1, 0, 1, 0, 1, -2, 1, 0, 7));
  EXPECT_EQ(dataset.report.loops_dropped, 1);
  EXPECT_EQ(dataset.report.isolated_nodes, 1);
  EXPECT_THAT(dataset.splits, IsEmpty());
  EXPECT_EQ(read(kGood, {.keep_loops = true}).num_arcs(), 7);
}

TEST(ReadGinText, RefusesBrokenFilesWithFileAndLine) {
  EXPECT_EQ(message_for(""),
            "DIR/TOY.txt:1: line is missing (expected the number of graphs, got end of file)");
  EXPECT_EQ(message_for("7\n1 0\n"),
            "DIR/TOY.txt:1: number of graphs is out of range (expected an integer in 0..1, got "
            "\"7\")");
  EXPECT_EQ(message_for("1\n900000000000 0\n"),
            "DIR/TOY.txt:2: number of nodes is out of range (expected an integer in 0..0, got "
            "\"900000000000\")");
  EXPECT_EQ(message_for("2\n1 0\n0 0\n"),
            "DIR/TOY.txt:4: line is missing (expected the head of graph 2 of 2, got end of file)");
  EXPECT_EQ(message_for("1\n2 0\n0 1 1\n0 1 2\n"),
            "DIR/TOY.txt:4: neighbour is out of range (expected an integer in 0..1, got \"2\")");
  EXPECT_EQ(message_for("1\n1 0\n0 1\n"),
            "DIR/TOY.txt:3: neighbour is missing (expected one more field, got \"end of line\")");
  EXPECT_EQ(message_for("1\n2 0\n0 0 1.5\n0 0\n"),
            "DIR/TOY.txt:4: value is missing (expected 1 as for the first node, got \"0\")");
  EXPECT_EQ(message_for("1\n2 0\n0 0\n0 0 3\n"),
            "DIR/TOY.txt:4: line has too many fields (expected end of line, got \"3\")");
  EXPECT_EQ(message_for("1\n1 0\n0 0\n0 0\n"),
            "DIR/TOY.txt:4: line is one too many (expected end of file after 1 graphs, got \"0 "
            "0\")");
}

TEST(ReadGinText, ReadsTenFoldsAndReportsWhatTheyLeaveOut) {
  const TemporaryFolder dir;
  std::string text = "12\n";
  for (int g = 0; g < 12; ++g) {
    text += "0 " + std::to_string(g % 2) + "\n";
  }
  const auto path = dir.write("TOY.txt", text);
  std::vector<std::string> content;
  for (int k = 0; k < 10; ++k) {
    content.push_back("11\n" + std::to_string((k + 1) % 10) + "\n");  // train, not sorted
    content.push_back(std::to_string(k) + "\n");
  }
  std::vector<formats::ZipEntry> entries;
  for (std::size_t k = 0; k < 10; ++k) {
    const std::string suffix = "_idx-" + std::to_string(k + 1) + ".txt";
    entries.push_back({.name = "TOY/10fold_idx/train" + suffix, .content = content[2 * k]});
    entries.push_back({.name = "TOY/10fold_idx/test" + suffix, .content = content[2 * k + 1]});
  }
  const auto folds = dir.write("folds.zip", formats::write_zip(entries));
  const Dataset dataset = read_gin_text(path, folds);
  ASSERT_EQ(dataset.splits.size(), 10U);
  EXPECT_THAT(dataset.splits[3].train, ElementsAre(4, 11));
  EXPECT_THAT(dataset.splits[3].test, ElementsAre(3));
  EXPECT_THAT(dataset.splits[3].val, IsEmpty());
  EXPECT_THAT(dataset.report.warnings, ElementsAre("the test folds leave out 2 of 12 graphs"));
  EXPECT_EQ(dataset.report.empty_graphs, 12);

  entries[1].content = "12\n";
  dir.write("folds.zip", formats::write_zip(entries));
  EXPECT_EQ(message_of([&] { (void)read_gin_text(path, folds); }, dir.path()),
            "DIR/folds.zip!TOY/10fold_idx/test_idx-1.txt:1: graph id is out of range (expected an "
            "integer in 0..11, got \"12\")");
}

/// The two copies come from different files by different readers.
TEST(ReadGinText, HasTheGraphsOfTheTuCopies) {
  const std::vector<std::pair<std::string, std::string>> pairs{{"gin:PROTEINS", "tu:PROTEINS_full"},
                                                               {"gin:IMDBBINARY", "tu:IMDB-BINARY"},
                                                               {"gin:IMDBMULTI", "tu:IMDB-MULTI"}};
  for (const auto& [gin, tu] : pairs) {
    ISTHMUS_NEEDS_SET(gin);
    ISTHMUS_NEEDS_SET(tu);
    const Dataset a = load(gin, test::roots());
    const Dataset b = load(tu, test::roots());
    EXPECT_EQ(a.node_ptr, b.node_ptr);
    EXPECT_EQ(a.y, b.y);
    ASSERT_EQ(a.graphs.size(), b.graphs.size());
    for (std::size_t g = 0; g < a.graphs.size(); ++g) {
      ASSERT_EQ(a.graphs[g].arcs(), b.graphs[g].arcs()) << gin << " graph " << g;
    }
  }
}

}  // namespace
}  // namespace isthmus::datasets::gin_text_test
