#include "isthmus/datasets/planetoid_plain.hpp"

#include <map>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::planetoid_plain_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

using Files = std::map<std::string, std::string>;

/// 0 - 1 - 2   3, classes 5, 7, 5 and none; node 3 is unlabelled.
Files good() {
  return {{"labels.txt", "5\n7\n5\n5\n"},
          {"edges.txt", "0 1\n1 2\n"},
          {"features.coo.txt", "4 3 4\n0 0\n0 2\n1 1 0.5\n2 0\n"},
          {"split_public.txt", "1\n2\n3\n0\n"},
          {"unlabelled_nodes.txt", "3\n"}};
}

Files with(const std::string& name, const std::string& content) {
  Files files = good();
  files[name] = content;
  return files;
}

Dataset read(const Files& files, const LoadOptions& options = {}) {
  const TemporaryFolder dir;
  for (const auto& [name, content] : files) {
    dir.write(name, content);
  }
  return read_planetoid_plain(dir.path(), options);
}

std::string message_for(const std::string& name, const std::string& content) {
  const TemporaryFolder dir;
  for (const auto& [file, text] : with(name, content)) {
    dir.write(file, text);
  }
  return message_of([&] { (void)read_planetoid_plain(dir.path()); }, dir.path());
}

TEST(ReadPlanetoidPlain, ReadsAllFiles) {
  const Dataset dataset = read(good());
  EXPECT_THAT(dataset.graphs[0].edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}));
  EXPECT_EQ(dataset.num_nodes(), 4);
  EXPECT_THAT(dataset.y, ElementsAre(0, 1, 0, 0));
  EXPECT_THAT(dataset.class_labels, ElementsAre("5", "7"));
  EXPECT_THAT(dataset.has_label, ElementsAre(1, 1, 1, 0));
  EXPECT_THAT(dataset.has_features, ElementsAre(1, 1, 1, 0));
  EXPECT_TRUE(dataset.x.sparse);
  EXPECT_THAT(dataset.x.rowptr, ElementsAre(0, 2, 3, 4, 4));
  EXPECT_THAT(dataset.x.col, ElementsAre(0, 2, 1, 0));
  EXPECT_THAT(dataset.x.value, ElementsAre(1.0F, 1.0F, 0.5F, 1.0F));
  EXPECT_THAT(dataset.splits[0].train, ElementsAre(0));
  EXPECT_THAT(dataset.splits[0].val, ElementsAre(1));
  EXPECT_THAT(dataset.splits[0].test, ElementsAre(2));
  EXPECT_EQ(dataset.report.isolated_nodes, 1);
  EXPECT_EQ(dataset.report.files.size(), 5U);
  EXPECT_EQ(dataset.report.arcs_read, 4);
}

TEST(ReadPlanetoidPlain, TakesLinesInAnyOrderWithAnyEnd) {
  Files files = with("features.coo.txt",
                     "\xEF\xBB\xBF"
                     "4 3 4\r\n2 0\r\n1 1 0.5\r\n0 2\r\n0 0");
  files["edges.txt"] = "1 2\r\n0\t1";
  EXPECT_EQ(content_sha256(read(files)), content_sha256(read(good())));
}

TEST(ReadPlanetoidPlain, MergesEdgesListedTwice) {
  const Files files = with("edges.txt", "0 1\n1 2\n0 1\n");
  const Dataset merged = read(files);
  EXPECT_EQ(merged.num_arcs(), 4);
  EXPECT_EQ(merged.report.duplicates, 2);
  const Dataset kept = read(files, {.keep_duplicates = true});
  EXPECT_EQ(kept.num_arcs(), 6);
  EXPECT_EQ(kept.report.duplicates, 0);
}

TEST(ReadPlanetoidPlain, WarnsWhereOnlySomeNodesHaveFeatures) {
  Files files = good();
  files["features_partial.coo.txt"] = files.extract("features.coo.txt").mapped();
  files.erase("unlabelled_nodes.txt");
  const Dataset dataset = read(files);
  EXPECT_THAT(dataset.has_features, ElementsAre(1, 1, 1, 0));
  EXPECT_THAT(dataset.has_label, IsEmpty());
  EXPECT_THAT(dataset.report.warnings,
              ElementsAre("only 3 of 4 nodes have features: the others are zero rows"));
}

TEST(ReadPlanetoidPlain, RefusesBrokenFilesWithFileAndLine) {
  EXPECT_EQ(message_for("labels.txt", "5\nx\n"),
            "DIR/labels.txt:2: label is not an integer (expected an integer of 64 bits, got "
            "\"x\")");
  EXPECT_EQ(message_for("labels.txt", "5\n7 1\n"),
            "DIR/labels.txt:2: line has too many fields (expected end of line, got \"1\")");
  EXPECT_EQ(message_for("edges.txt", "0 1\n1 4\n"),
            "DIR/edges.txt:2: node is out of range (expected an integer in 0..3, got \"4\")");
  EXPECT_EQ(message_for("edges.txt", "0 1\n2 2\n"),
            "DIR/edges.txt:2: edge is not in ascending order (expected u < v, got \"2 2\")");
  EXPECT_EQ(message_for("edges.txt", "0\n"),
            "DIR/edges.txt:1: node is missing (expected one more field, got \"end of line\")");
  EXPECT_EQ(message_for("features.coo.txt", ""),
            "DIR/features.coo.txt:1: first line is missing (expected N d nnz)");
  EXPECT_EQ(message_for("features.coo.txt", "5 3 0\n"),
            "DIR/features.coo.txt:1: number of rows is out of range (expected an integer in 4..4, "
            "got \"5\")");
  EXPECT_EQ(message_for("features.coo.txt", "4 3 9000000000000\n0 0\n"),
            "DIR/features.coo.txt:1: number of entries differs from the lines that follow "
            "(expected 1, got \"9000000000000\")");
  EXPECT_EQ(message_for("features.coo.txt", "4 3 1\n0 3\n"),
            "DIR/features.coo.txt:2: column is out of range (expected an integer in 0..2, got "
            "\"3\")");
  EXPECT_EQ(message_for("features.coo.txt", "4 3 1\n0 1 nan\n"),
            "DIR/features.coo.txt:2: value is not finite (expected a finite number, got \"nan\")");
  EXPECT_EQ(message_for("features.coo.txt", "4 3 3\n0 1\n1 1\n0 1\n"),
            "DIR/features.coo.txt:4: entry (0, 1) is there already, on line 2");
  EXPECT_EQ(message_for("split_public.txt", "1\n2\n3\n"),
            "DIR/split_public.txt:4: line is missing (expected 4 lines, one per node, got 3)");
  EXPECT_EQ(message_for("split_public.txt", "1\n2\n3\n0\n0\n"),
            "DIR/split_public.txt:5: line is one too many (expected 4 lines, one per node, got 5)");
  EXPECT_EQ(message_for("split_public.txt", "1\n2\n3\n4\n"),
            "DIR/split_public.txt:4: part of the split is out of range (expected an integer in "
            "0..3, got \"4\")");
  EXPECT_EQ(message_for("split_public.txt", "1\n2\n3\n3\n"),
            "DIR/split_public.txt: split 0: node 3 of the test part has no label");
  EXPECT_EQ(message_for("unlabelled_nodes.txt", "2\n"),
            "DIR/unlabelled_nodes.txt:1: node 2 is listed as unlabelled but has features");
  EXPECT_EQ(message_for("unlabelled_nodes.txt", "-1\n"),
            "DIR/unlabelled_nodes.txt:1: node is out of range (expected an integer in 0..3, got "
            "\"-1\")");
}

TEST(ReadPlanetoidPlain, RefusesAFolderWithoutItsFiles) {
  const TemporaryFolder dir;
  EXPECT_THROW((void)read_planetoid_plain(dir.path()), DataError);
}

TEST(ReadPlanetoidPlain, CiteseerHasItsFifteenNodesWithoutLabel) {
  ISTHMUS_NEEDS_SET("citeseer");
  const Dataset dataset = load("citeseer", test::roots());
  EXPECT_EQ(std::count(dataset.has_label.begin(), dataset.has_label.end(), 0), 15);
  EXPECT_EQ(dataset.has_label, dataset.has_features);
  EXPECT_EQ(dataset.has_label[2407], 0);
  EXPECT_EQ(dataset.y[2407], 0);
}

TEST(ReadPlanetoidPlain, PubmedSaysThatItsFeaturesArePartial) {
  ISTHMUS_NEEDS_SET("pubmed");
  const Dataset dataset = load("pubmed", test::roots());
  EXPECT_EQ(std::count(dataset.has_features.begin(), dataset.has_features.end(), 1), 1060);
  EXPECT_EQ(dataset.report.warnings.size(), 1U);
}

}  // namespace
}  // namespace isthmus::datasets::planetoid_plain_test
