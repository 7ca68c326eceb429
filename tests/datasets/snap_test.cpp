#include "isthmus/datasets/snap.hpp"

#include <filesystem>
#include <string>

#include <gmock/gmock.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::snap_test {
namespace {

using isthmus::test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Ids 3, 5, 9: 3-5 twice one way and once the other, 5-9 once, a loop at 9.
constexpr const char* kSnapText =
    "# Nodes: 3 Edges: 9\r\n3\t5\t0\r\n5\t3\t1\r\n3\t5\t2\r\n5\t9\t-1\r\n9\t9\tx";

Dataset read_snap_text(const std::string& text, EdgeDirection direction,
                       const LoadOptions& options = {}) {
  const TemporaryFolder folder;
  return read_snap(folder.write("toy.txt", text), direction, options);
}

TEST(Snap, MakesOneEdgeOfAPairHoweverOftenItIsListed) {
  const Dataset set = read_snap_text(kSnapText, EdgeDirection::kUndirected);
  ASSERT_EQ(set.graphs.size(), 1U);
  EXPECT_THAT(set.graphs[0].edges(), ElementsAre(Edge{0, 1}, Edge{1, 2}));
  EXPECT_THAT(set.node_names, ElementsAre("3", "5", "9"));
  EXPECT_EQ(set.report.arcs_read, 5);
  EXPECT_EQ(set.report.arcs_kept, 4);
  EXPECT_EQ(set.report.duplicates, 1);
  EXPECT_EQ(set.report.loops, 1);
  EXPECT_EQ(set.report.loops_dropped, 1);
  EXPECT_EQ(set.x.num_rows, 3);
  EXPECT_EQ(set.x.num_cols, 0);
  EXPECT_THAT(set.y, IsEmpty());
}

TEST(Snap, KeepsArcsAndLoopsOfDirectedGraphs) {
  const Dataset set = read_snap_text(kSnapText, EdgeDirection::kDirected);
  EXPECT_THAT(set.graphs[0].arcs(), ElementsAre(Edge{1, 0}, Edge{0, 1}, Edge{1, 2}, Edge{2, 2}));
  EXPECT_EQ(set.report.arcs_kept, 4);
}

TEST(Snap, KeepsLoopsWhereAsked) {
  const Dataset set = read_snap_text(kSnapText, EdgeDirection::kUndirected, {.keep_loops = true});
  EXPECT_EQ(set.graphs[0].num_edges(), 5);
  EXPECT_TRUE(set.graphs[0].is_symmetric());
}

TEST(Snap, TakesFilesWithoutRowsAndNamesBrokenOnes) {
  EXPECT_EQ(read_snap_text("# nothing\n", EdgeDirection::kUndirected).num_nodes(), 0);
  const std::string message =
      test::message_of([] { (void)read_snap_text("0 1\n2\n", EdgeDirection::kUndirected); });
  EXPECT_THAT(message, HasSubstr("toy.txt:2:"));
}

TEST(Snap, IsFoundByNameAsItIsOrPacked) {
  const TemporaryFolder folder;
  std::filesystem::create_directory(folder / "snap");
  const DataRoots roots{.roots = {folder.path()}, .origin = "test"};
  EXPECT_THAT(test::message_of([&] { (void)load("snap:wiki-Vote", roots); }),
              HasSubstr("snap/wiki-Vote.txt.gz"));
  (void)folder.write("snap/wiki-Vote.txt.gz",
                     std::string("\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\x33\x50\x30\xe4\x32"
                                 "\x54\x30\xe2\x02\x00\x6a\x1d\xbb\xd7\x08\x00\x00\x00",
                                 28));
  EXPECT_EQ(load("snap:wiki-Vote", roots).num_arcs(), 2);
  (void)folder.write("snap/wiki-Vote.txt", "0 1\n1 2\n2 0\n");
  EXPECT_EQ(load("snap:wiki-Vote", roots).num_arcs(), 3) << "the file that needs no unpacking";
}

}  // namespace
}  // namespace isthmus::datasets::snap_test
