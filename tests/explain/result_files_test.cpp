#include "isthmus/explain/result_files.hpp"

#include <filesystem>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"
#include "isthmus/formats/npz.hpp"

#include "support/message_of.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::explain::result_files_test {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

/// Node "c" (number 7 of the set) hears "b" (number 5) and itself; a second target "d" alone.
ExplainResult two_targets() {
  ExplainResult result;
  result.class_labels = {"x", "y"};
  ExplainedTarget first;
  first.id = "c";
  first.item = 7;
  first.place = 1;
  first.label = 1;
  first.p = 0.756;
  first.nodes = {{"b", 1, 0}, {"c", 0, 1}};
  first.node_number = {5, 7};
  first.has_edge_mask = true;
  first.edges = {{0, 1, 0.25, false, 1}, {1, 1, -0.5, true, 0}, {1, 0, 0.0, false, 0}};
  first.x_by_node = true;
  first.x_rows = 2;
  first.x_columns = 2;
  first.x_mask = {0.1, 0.2, 0.0, -0.4};
  ExplainedTarget second = first;
  second.id = "d";
  second.item = 9;
  second.place = 0;
  second.nodes = {{"d", 0, -1}};
  second.node_number = {9};
  second.edges.clear();
  second.x_rows = 1;
  second.x_mask = {0.0, 1.0};
  result.targets = {first, second};
  return result;
}

formats::Npz written(const test::TemporaryFolder& folder, const ExplainResult& result) {
  return formats::Npz(std::filesystem::path(folder.write("e.npz", explanation_npz(result))));
}

TEST(ExplanationTsv, ListsEdgesByWeight) {
  EXPECT_EQ(explanation_tsv(two_targets(), Entries::kNotZero),
            "target\tu\tv\tweight\nc\tc\tc\t-0.5\nc\tb\tc\t0.25\n");
  EXPECT_EQ(explanation_tsv(two_targets(), Entries::kSelected),
            "target\tu\tv\tweight\nc\tc\tc\t-0.5\n");
}

TEST(ExplanationTsv, ListsFeaturesWhereEdgesHaveNoMask) {
  ExplainResult result = two_targets();
  for (ExplainedTarget& target : result.targets) {
    target.has_edge_mask = false;
    target.edges.clear();
    target.x_selected.assign(target.x_mask.size(), 0);
  }
  result.targets[0].x_selected[1] = 1;
  EXPECT_EQ(
      explanation_tsv(result, Entries::kNotZero),
      "target\tnode\tfeature\tweight\nc\tc\t1\t-0.4\nc\tb\t1\t0.2\nc\tb\t0\t0.1\nd\td\t1\t1\n");
  EXPECT_EQ(explanation_tsv(result, Entries::kSelected),
            "target\tnode\tfeature\tweight\nc\tb\t1\t0.2\n");
}

TEST(ExplanationNpz, HoldsNumbersOfTheSet) {
  const test::TemporaryFolder folder;
  const formats::Npz npz = written(folder, two_targets());
  EXPECT_THAT(npz.names(), ElementsAre("targets", "edge_ptr", "edge_index", "edge_mask", "node_ptr",
                                       "node", "node_mask"));
  EXPECT_THAT(to_int64(npz.read("targets")), ElementsAre(7, 9));
  EXPECT_THAT(to_int64(npz.read("edge_ptr")), ElementsAre(0, 3, 3));
  EXPECT_THAT(npz.read("edge_index").shape, ElementsAre(2, 3));
  EXPECT_THAT(to_int64(npz.read("edge_index")), ElementsAre(5, 7, 7, 7, 7, 5));
  EXPECT_THAT(to_double(npz.read("edge_mask")), ElementsAre(0.25, -0.5, 0.0));
  EXPECT_THAT(to_int64(npz.read("node")), ElementsAre(5, 7, 9));
  EXPECT_THAT(to_int64(npz.read("node_ptr")), ElementsAre(0, 2, 3));
  EXPECT_THAT(npz.read("node_mask").shape, ElementsAre(3, 2));
}

TEST(ExplanationNpz, NamesMasksOfFeaturesAloneByThemselves) {
  ExplainResult result = two_targets();
  for (ExplainedTarget& target : result.targets) {
    target.x_by_node = false;
    target.x_rows = 1;
    target.x_mask = {0.5, 0.25};
  }
  const test::TemporaryFolder folder;
  const formats::Npz npz = written(folder, result);
  EXPECT_FALSE(npz.contains("node_mask"));
  EXPECT_THAT(npz.read("feature_mask").shape, ElementsAre(2, 2));
}

TEST(ExplanationSvg, NamesTheTargetAndItsClass) {
  EXPECT_THAT(explanation_svg(two_targets(), 0), HasSubstr("Node c: why class y (76 %)"));
  ExplainResult result = two_targets();
  result.targets[0].place = -1;
  EXPECT_THAT(explanation_svg(result, 0), HasSubstr("Graph c: why class y"));
}

TEST(ExplanationSvg, RefusesWhatIsNotThere) {
  EXPECT_THAT(
      isthmus::test::message_of<InvalidArgument>([] { (void)explanation_svg(two_targets(), 2); }),
      HasSubstr("target must be below 2, got 2"));
  ExplainResult result = two_targets();
  result.targets[0].has_edge_mask = false;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>([&] { (void)explanation_svg(result, 0); }),
              HasSubstr("an edge mask is needed"));
}

}  // namespace
}  // namespace isthmus::explain::result_files_test
