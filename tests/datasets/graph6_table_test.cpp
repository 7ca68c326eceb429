#include "isthmus/datasets/graph6_table.hpp"

#include <cstdint>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/datasets/graph6.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/datasets/set_file.hpp"

#include "datasets/data_roots.hpp"
#include "support/graph_factories.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::graph6_table_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// A triangle of types 2, 0, 2 and the graph with edges 0-2, 0-4, 1-3, 3-4, all of type 7.
TEST(Graph6Table, AGraphARow) {
  const TemporaryFolder dir;
  const std::string path = dir.write("two.tsv",
                                     "index\tlabel\tn\tm\tnode_types\tgraph6\r\n"
                                     "a\t5\t3\t3\t202\tBw\r\n"
                                     "\r\n"
                                     "b\t-1\t5\t4\t77777\tDQc\r\n");
  const Dataset set = read_graph6_table(path);
  EXPECT_EQ(set.name, "two");
  EXPECT_EQ(set.task, Task::kGraph);
  EXPECT_EQ(set.report.format, "graph6-table");
  ASSERT_EQ(set.graphs.size(), 2U);
  EXPECT_EQ(set.graphs[0].edges(), isthmus::test::complete(3).edges());
  EXPECT_THAT(set.graphs[1].edges(), ElementsAre(Edge{0, 2}, Edge{0, 4}, Edge{1, 3}, Edge{3, 4}));
  EXPECT_THAT(set.node_ptr, ElementsAre(0, 3, 8));
  EXPECT_THAT(set.y, ElementsAre(1, 0));
  EXPECT_THAT(set.class_labels, ElementsAre("-1", "5"));
  EXPECT_THAT(set.has_label, IsEmpty());
  EXPECT_EQ(set.x.num_rows, 8);
  EXPECT_EQ(set.x.num_cols, 3);
  EXPECT_THAT(set.x.dense,
              ElementsAre(0, 1, 0, 1, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1, 0, 0, 1));
}

TEST(Graph6Table, ColumnsMayBeMissingAndInAnyOrder) {
  const TemporaryFolder dir;
  const Dataset bare = read_graph6_table(dir.write("a.tsv", "graph6\nBw\n?\n"));
  ASSERT_EQ(bare.graphs.size(), 2U);
  EXPECT_EQ(bare.x.num_cols, 0);
  EXPECT_THAT(bare.has_label, ElementsAre(0, 0));
  EXPECT_EQ(bare.report.empty_graphs, 1);
  const Dataset swapped = read_graph6_table(dir.write("b.tsv", "graph6\tlabel\nBw\t3\n"));
  EXPECT_THAT(swapped.class_labels, ElementsAre("3"));
  EXPECT_THAT(read_graph6_table(dir.write("c.tsv", "graph6\n")).graphs, IsEmpty());
  EXPECT_EQ(read_graph6_table(dir.write("e.tsv", "node_types\tgraph6\n\t?\n")).x.num_cols, 0);
  EXPECT_EQ(read_graph6_table(dir.write("d.tsv", "graph6\n:AG\n")).report.loops_dropped, 1);
}

TEST(Graph6Table, IsASetFileByItsFirstLine) {
  const TemporaryFolder dir;
  EXPECT_EQ(read_set_file(dir.write("a.tsv", "name\tgraph6\nx\tBw\n"))->graphs.size(), 1U);
  EXPECT_FALSE(read_set_file(dir.write("b.tsv", "name\tgraph6_a\nx\tBw\n")).has_value());
  EXPECT_TRUE(names_graph6_column("graph6"));
  EXPECT_FALSE(names_graph6_column(""));
}

struct BrokenTable {
  std::string content;
  std::string message;
};

class BrokenGraph6Table : public ::testing::TestWithParam<BrokenTable> {};

TEST_P(BrokenGraph6Table, IsRefusedWithFileAndLine) {
  const TemporaryFolder dir;
  const std::string path = dir.write("a.tsv", GetParam().content);
  EXPECT_EQ(message_of([&] { (void)read_graph6_table(path); }, dir.path()),
            "DIR/a.tsv:" + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Files, BrokenGraph6Table,
    ::testing::Values(
        BrokenTable{"n\tm\n3\t3\n",
                    "1: the first line must name the columns, graph6 among them (expected graph6, "
                    "got \"n\\x09m\")"},
        BrokenTable{"graph6\tgraph6\n", "1: column graph6 is named twice"},
        BrokenTable{"n\tgraph6\n3\n",
                    "2: a row must have as many fields as the first line (expected 2, got \"1\")"},
        BrokenTable{"graph6\nBw\tx\n",
                    "2: a row must have as many fields as the first line (expected 1, got \"2\")"},
        BrokenTable{"graph6\nDQ\n", "2: a graph of 5 nodes takes 3 bytes, got 2"},
        BrokenTable{"n\tgraph6\n4\tBw\n", "2: nodes differ from the graph (expected 3, got \"4\")"},
        BrokenTable{"m\tgraph6\n2\tBw\n", "2: edges differ from the graph (expected 3, got \"2\")"},
        BrokenTable{"node_types\tgraph6\n01\tBw\n",
                    "2: digits of node_types differ from the graph (expected 3, got \"2\")"},
        BrokenTable{"node_types\tgraph6\n01a\tBw\n",
                    "2: node_types must be a digit for each node (expected digits, got \"01a\")"},
        BrokenTable{"label\tgraph6\nx\tBw\n",
                    "2: label must be an integer of 64 bits (expected an integer, got \"x\")"}));

// Every row again as the file has it, by cutting lines at tabs.
TEST(Graph6Table, ReadsExpAsItsFileSays) {
  ISTHMUS_NEEDS_SET("exp");
  const Dataset set = load("exp", test::roots());
  ASSERT_EQ(set.graphs.size(), 1200U);
  EXPECT_EQ(set.x.num_cols, 2);
  std::ifstream lines(set_files("exp", test::roots()).at(0));
  std::string line;
  std::getline(lines, line);
  for (std::size_t g = 0; std::getline(lines, line); ++g) {
    std::istringstream row(line);
    std::string index, pair, label, n, m, types, graph6;
    row >> index >> pair >> label >> n >> m >> types >> graph6;
    ASSERT_EQ(write_graph6(set.graphs.at(g)), graph6);
    ASSERT_EQ(set.class_labels.at(static_cast<std::size_t>(set.y[g])), label);
    const auto first = static_cast<std::size_t>(set.node_ptr[g]);
    for (std::size_t v = 0; v < types.size(); ++v) {
      const auto column = static_cast<std::size_t>(types[v] - '0');
      ASSERT_EQ(set.x.dense[2 * (first + v) + column], 1.0F);
      ASSERT_EQ(set.x.dense[2 * (first + v) + 1 - column], 0.0F);
    }
  }
}

}  // namespace
}  // namespace isthmus::datasets::graph6_table_test
