#include "isthmus/datasets/tu_text.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/zip.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::tu_text_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// By part of the name: "A" is DS_A.txt.
using Files = std::map<std::string, std::string>;

/// Graph 1: a - b - c with a loop at c and a - b listed twice; graph 2 is empty; graph 3: d alone.
Files good() {
  return {{"A", "1, 2\n2, 1\n2, 3\n3, 2\n3, 3\n1, 2\n2, 1\n"},
          {"graph_indicator", "1\n1\n1\n3\n"},
          {"graph_labels", "1\n-1\n1\n"},
          {"node_labels", "7\n2\n7\n4\n"},
          {"node_attributes", " 1.5, 2\n0,   -1e-2\n3,4\n 5, 6 \n"},
          {"edge_labels", "1\n1\n2\n3\n9\n1\n1\n"}};
}

Files with(const std::string& part, const std::string& content) {
  Files files = good();
  files[part] = content;
  return files;
}

void write(const TemporaryFolder& dir, const Files& files) {
  for (const auto& [part, content] : files) {
    dir.write("DS/DS_" + part + ".txt", content);
  }
}

Dataset read(const Files& files, const LoadOptions& options = {}) {
  const TemporaryFolder dir;
  write(dir, files);
  return read_tu_text(dir.path() / "DS", options);
}

std::string message_for(const std::string& part, const std::string& content,
                        const LoadOptions& options = {}) {
  const TemporaryFolder dir;
  write(dir, with(part, content));
  return message_of([&] { (void)read_tu_text(dir.path() / "DS", options); }, dir.path());
}

TEST(ReadTuText, ReadsGraphsLabelsAndFeatures) {
  const Dataset dataset = read(good());
  ASSERT_EQ(dataset.graphs.size(), 3U);
  EXPECT_THAT(dataset.node_ptr, ElementsAre(0, 3, 3, 4));
  EXPECT_THAT(dataset.graphs[0].edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}));
  EXPECT_EQ(dataset.graphs[1].num_nodes(), 0);
  EXPECT_EQ(dataset.graphs[2].num_nodes(), 1);
  EXPECT_THAT(dataset.y, ElementsAre(1, 0, 1));
  EXPECT_THAT(dataset.class_labels, ElementsAre("-1", "1"));
  // Labels 7, 2, 7, 4 in columns 2 -> 0, 4 -> 1, 7 -> 2.
  EXPECT_EQ(dataset.x.num_cols, 3);
  EXPECT_THAT(dataset.x.dense, ElementsAre(0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 1, 0));
  // Rows by destination: 0 <- 1, 1 <- 0, 1 <- 2, 2 <- 1.
  EXPECT_THAT(dataset.edge_label, ElementsAre(1, 1, 3, 2));
  EXPECT_EQ(dataset.report.arcs_read, 7);
  EXPECT_EQ(dataset.report.arcs_kept, 4);
  EXPECT_EQ(dataset.report.duplicates, 2);
  EXPECT_EQ(dataset.report.loops, 1);
  EXPECT_EQ(dataset.report.loops_dropped, 1);
  EXPECT_EQ(dataset.report.isolated_nodes, 1);
  EXPECT_EQ(dataset.report.empty_graphs, 1);
  EXPECT_THAT(dataset.report.warnings, IsEmpty());
  EXPECT_EQ(dataset.name, "DS");
}

TEST(ReadTuText, KeepsLoopsAndDuplicatesWhenAsked) {
  const Dataset dataset = read(good(), {.keep_loops = true, .keep_duplicates = true});
  EXPECT_EQ(dataset.num_arcs(), 7);
  EXPECT_TRUE(dataset.graphs[0].has_self_loops());
  EXPECT_THAT(dataset.edge_label, ElementsAre(1, 1, 1, 1, 3, 2, 9));
  EXPECT_EQ(dataset.report.loops_dropped, 0);
}

// Lines 1, 2 and 6, 7 of DS_A.txt are the same arcs; kept are 0 <- 1, 1 <- 0, 1 <- 2, 2 <- 1.
TEST(ReadTuText, ReadsAttributesOfEdgesInTheOrderOfTheRows) {
  const std::string lines = "1, 10\n2, 20\n3, 30\n4, 40\n9, 9\n";
  const Dataset dataset = read(with("edge_attributes", lines + "1, 10\n2, 20\n"));
  EXPECT_EQ(dataset.num_edge_attributes, 2);
  EXPECT_THAT(dataset.edge_attr, ElementsAre(2, 20, 1, 10, 4, 40, 3, 30));
  EXPECT_NE(content_sha256(dataset), content_sha256(read(good())));
}

TEST(ReadTuText, RefusesParallelArcsOfDifferentAttributes) {
  EXPECT_THAT(message_for("edge_attributes", "1\n2\n3\n4\n5\n6\n7\n"),
              ::testing::HasSubstr("is listed twice with different attributes (expected those of "
                                   "line "));
  EXPECT_THAT(message_for("edge_attributes", "1\n2\n"),
              ::testing::HasSubstr("edge_attributes.txt:3: line is missing"));
}

TEST(ReadTuText, PutsAttributesBeforeLabelsWhenAsked) {
  const Dataset dataset = read(good(), {.use_node_attributes = true});
  EXPECT_EQ(dataset.x.num_cols, 5);
  EXPECT_THAT(std::vector<float>(dataset.x.dense.begin(), dataset.x.dense.begin() + 10),
              ElementsAre(1.5F, 2, 0, 0, 1, 0, -0.01F, 1, 0, 0));
}

TEST(ReadTuText, GivesAColumnPerValueOfTheRangeWhenAsked) {
  const Dataset dataset = read(good(), {.onehot_range = true});
  EXPECT_EQ(dataset.x.num_cols, 6);  // 2..7
  EXPECT_EQ(dataset.x.dense[5], 1.0F);
  EXPECT_EQ(dataset.x.dense[6 + 0], 1.0F);
}

TEST(ReadTuText, CodesSeveralLabelColumnsSideBySide) {
  const Dataset dataset = read(with("node_labels", "7, 0\n2, 0\n7, 1\n2, 0\n"));
  EXPECT_EQ(dataset.x.num_cols, 4);
  EXPECT_THAT(dataset.x.dense, ElementsAre(0, 1, 1, 0, 1, 0, 1, 0, 0, 1, 0, 1, 1, 0, 1, 0));
}

TEST(ReadTuText, StoresXSparseWhereDenseIsOutOfProportion) {
  // 9,000 nodes, all labels different: dense would be 324 MB for 100 kB of text.
  std::string indicator;
  std::string labels;
  for (int v = 0; v < 9000; ++v) {
    indicator += "1\n";
    labels += std::to_string(3 * v) + "\n";
  }
  const Dataset dataset = read({{"A", "1, 2\n2, 1\n"},
                                {"graph_indicator", indicator},
                                {"graph_labels", "0\n"},
                                {"node_labels", labels}});
  EXPECT_TRUE(dataset.x.sparse);
  EXPECT_EQ(dataset.x.num_cols, 9000);
  EXPECT_EQ(dataset.x.col[8999], 8999);
  EXPECT_THAT(dataset.x.dense, IsEmpty());
}

TEST(ReadTuText, WarnsAboutArcsWithoutReverse) {
  Files files = with("A", "1,2\n2,3\n3,2\n");
  files.erase("edge_labels");
  const Dataset dataset = read(files);
  EXPECT_EQ(dataset.report.warnings.size(), 1U);
  EXPECT_EQ(dataset.report.isolated_nodes, 1);  // not the first node, which only sends
  EXPECT_THAT(dataset.graphs[0].arcs(), ElementsAre(Edge{0, 1}, Edge{2, 1}, Edge{1, 2}));
}

TEST(ReadTuText, ReadsASetWithoutAnyGraph) {
  const Dataset dataset = read({{"A", ""}, {"graph_indicator", ""}, {"graph_labels", ""}});
  EXPECT_EQ(dataset.graphs.size(), 0U);
  EXPECT_EQ(dataset.num_nodes(), 0);
  EXPECT_EQ(dataset.num_classes, 0);
}

TEST(ReadTuText, ReadsAnArchiveAsItsFolder) {
  for (const std::string folder : {"DS/", ""}) {
    const TemporaryFolder dir;
    std::vector<formats::ZipEntry> entries;
    const Files files = good();
    for (const auto& [part, content] : files) {
      entries.push_back({.name = folder + "DS_" + part + ".txt", .content = content});
    }
    dir.write("DS/DS.zip", formats::write_zip(entries));
    const Dataset zipped = read_tu_text(dir.path() / "DS");
    EXPECT_EQ(content_sha256(zipped), content_sha256(read(good())));
    EXPECT_EQ(zipped.report.files.size(), 1U);
    EXPECT_EQ(content_sha256(read_tu_text(dir.path() / "DS" / "DS.zip")), content_sha256(zipped));
  }
}

TEST(ReadTuText, RefusesBrokenFilesWithFileAndLine) {
  EXPECT_EQ(message_for("A", "1, 2\n2, 4\n"),
            "DIR/DS/DS_A.txt:2: arc joins graphs 1 and 3 (expected both nodes in one graph, got "
            "\"2, 4\")");
  EXPECT_EQ(message_for("A", "0, 1\n"),
            "DIR/DS/DS_A.txt:1: row is out of range (expected an integer in 1..4, got \"0\")");
  EXPECT_EQ(message_for("A", "1, 2\n1, 5\n"),
            "DIR/DS/DS_A.txt:2: column is out of range (expected an integer in 1..4, got \"5\")");
  EXPECT_EQ(message_for("A", "1, 99999999999999999999\n"),
            "DIR/DS/DS_A.txt:1: column is out of range (expected an integer in 1..4, got "
            "\"99999999999999999999\")");
  EXPECT_EQ(message_for("A", "1, two\n"),
            "DIR/DS/DS_A.txt:1: column is not an integer (expected an integer in 1..4, got "
            "\"two\")");
  EXPECT_EQ(message_for("A", "1\n"),
            "DIR/DS/DS_A.txt:1: column is missing (expected one more field, got \"end of line\")");
  EXPECT_EQ(message_for("A", "1, 2, 3\n"),
            "DIR/DS/DS_A.txt:1: line has too many fields (expected end of line, got \"3\")");
  EXPECT_EQ(message_for("graph_indicator", "1\n3\n1\n3\n"),
            "DIR/DS/DS_graph_indicator.txt:3: graph ids must not decrease (expected at least 3, "
            "got \"1\")");
  EXPECT_EQ(message_for("graph_indicator", "1\n1\n1\n4\n"),
            "DIR/DS/DS_graph_indicator.txt:4: graph id is out of range (expected an integer in "
            "1..3, got \"4\")");
  EXPECT_EQ(message_for("graph_indicator", "0\n1\n1\n3\n"),
            "DIR/DS/DS_graph_indicator.txt:1: graph id is out of range (expected an integer in "
            "1..3, got \"0\")");
  EXPECT_EQ(message_for("graph_indicator", "1\n1\n3\n"),
            "DIR/DS/DS_A.txt:3: arc joins graphs 1 and 3 (expected both nodes in one graph, got "
            "\"2, 3\")");
  EXPECT_EQ(message_for("graph_labels", "1\n1.5\n1\n"),
            "DIR/DS/DS_graph_labels.txt:2: graph label is not an integer (expected an integer of "
            "64 bits, got \"1.5\")");
  EXPECT_EQ(message_for("node_labels", "7\n2\n7\n"),
            "DIR/DS/DS_node_labels.txt:4: line is missing (expected 4 lines, one per node, got 3)");
  EXPECT_EQ(message_for("node_labels", "7\n2\n7\n4\n4\n"),
            "DIR/DS/DS_node_labels.txt:5: line is one too many (expected 4 lines, one per node, "
            "got 5)");
  EXPECT_EQ(message_for("node_labels", "7, 1\n2, 1\n7\n4, 1\n"),
            "DIR/DS/DS_node_labels.txt:3: node label is missing (expected 2 labels as on line 1, "
            "got \"1\")");
  EXPECT_EQ(message_for("node_labels", "7\n2, 1\n7\n4\n"),
            "DIR/DS/DS_node_labels.txt:2: line has too many fields (expected end of line, got "
            "\"1\")");
  EXPECT_EQ(message_for("node_labels", "0\n2000000\n7\n4\n", {.onehot_range = true}),
            "DIR/DS/DS_node_labels.txt: node labels span too wide a range for one column per "
            "value (expected at most 2^20 values, got 0..2000000)");
  EXPECT_EQ(message_for("node_attributes", "1, 2\n1\n1, 2\n1, 2\n", {.use_node_attributes = true}),
            "DIR/DS/DS_node_attributes.txt:2: attribute is missing (expected 2 numbers as on line "
            "1, got \"1\")");
  EXPECT_EQ(message_for("node_attributes", "1\ninf\n1\n1\n", {.use_node_attributes = true}),
            "DIR/DS/DS_node_attributes.txt:2: attribute is not finite (expected a finite number, "
            "got \"inf\")");
  EXPECT_EQ(message_for("edge_labels", "1\n1\n2\n3\n9\n1\n"),
            "DIR/DS/DS_edge_labels.txt:7: line is missing (expected 7 lines, one per arc, got 6)");
  EXPECT_EQ(message_for("edge_labels", "1\n1\n2\n3\n9\n1\n4\n"),
            "DIR/DS/DS_edge_labels.txt:7: arc 2, 1 is listed twice with different labels "
            "(expected \"1\" as on line 2, got \"4\")");
}

TEST(ReadTuText, NamesTheFileThatIsMissing) {
  const TemporaryFolder dir;
  Files files = good();
  files.erase("graph_labels");
  write(dir, files);
  EXPECT_EQ(message_of([&] { (void)read_tu_text(dir.path() / "DS"); }, dir.path()),
            "DIR/DS/DS_graph_labels.txt: file is missing");
  EXPECT_EQ(
      message_of([&] { (void)read_tu_text(dir.path() / "DS", {.use_node_attributes = true}); },
                 dir.path()),
      "DIR/DS/DS_graph_labels.txt: file is missing");
}

TEST(ReadTuText, NamesTheMemberOfABrokenArchive) {
  const TemporaryFolder dir;
  const std::string arcs = "1, 2\n2, 9\n";
  std::vector<formats::ZipEntry> entries{
      {.name = "DS/DS_A.txt", .content = arcs, .method = formats::ZipMethod::kStored},
      {.name = "DS/DS_graph_indicator.txt", .content = "1\n1\n"},
      {.name = "DS/DS_graph_labels.txt", .content = "0\n"}};
  std::string archive = formats::write_zip(entries);
  const auto path = dir.write("DS.zip", archive);
  const auto read_it = [&] { (void)read_tu_text(path); };
  EXPECT_EQ(message_of(read_it, dir.path()),
            "DIR/DS.zip!DS/DS_A.txt:2: column is out of range (expected an integer in 1..2, got "
            "\"9\")");
  archive[archive.find(arcs)] = '2';  // one byte of the stored member
  dir.write("DS.zip", archive);
  EXPECT_THAT(message_of(read_it, dir.path()),
              ::testing::MatchesRegex(
                  "DIR/DS.zip!DS/DS_A.txt: CRC-32 does not match .expected .*, got .*."));
  dir.write("DS.zip", archive.substr(0, archive.size() / 2));
  EXPECT_THROW(read_it(), DataError);
  entries.erase(entries.begin());
  dir.write("DS.zip", formats::write_zip(entries));
  EXPECT_EQ(message_of(read_it, dir.path()), "DIR/DS.zip!DS_A.txt: file is missing");
}

/// Shuffled lines of _A give the same set: order in the file carries no meaning.
class TuTextOfSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(TuTextOfSeed, DoesNotDependOnTheOrderOfLines) {
  RandomStream random(GetParam(), 0);
  std::vector<std::string> lines;
  for (int i = 0; i < 60; ++i) {
    const std::int64_t u = 1 + random.integer(9);
    const std::int64_t v = 1 + random.integer(9);
    lines.push_back(std::to_string(u) + "," + std::to_string(v));
  }
  const auto text = [&lines](const std::vector<std::int64_t>& order) {
    std::string all;
    for (const std::int64_t i : order) {
      all += lines[static_cast<std::size_t>(i)] + "\n";
    }
    return Files{
        {"A", all}, {"graph_indicator", "1\n1\n1\n1\n1\n1\n1\n1\n1\n"}, {"graph_labels", "0\n"}};
  };
  const Dataset a = read(text(random.permutation(60)));
  const Dataset b = read(text(random.permutation(60)));
  EXPECT_EQ(content_sha256(a), content_sha256(b));
  EXPECT_EQ(a.report.arcs_kept + a.report.duplicates + a.report.loops_dropped, 60);
}

INSTANTIATE_TEST_SUITE_P(Seeds, TuTextOfSeed, ::testing::Range<std::uint64_t>(0, 8));

TEST(ReadTuText, FolderAndArchiveOfImdbAreTheSameSet) {
  for (const char* name : {"IMDB-BINARY", "IMDB-MULTI"}) {
    ISTHMUS_NEEDS_SET(std::string("tu:") + name);
    const auto folder = set_files(std::string("tu:") + name, test::roots())[0].parent_path();
    const auto archive = folder / (std::string(name) + ".zip");
    if (!std::filesystem::exists(archive)) {
      GTEST_SKIP() << archive << " is not there";
    }
    EXPECT_EQ(content_sha256(read_tu_text(folder)), content_sha256(read_tu_text(archive)));
  }
}

}  // namespace
}  // namespace isthmus::datasets::tu_text_test
