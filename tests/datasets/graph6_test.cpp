#include "isthmus/datasets/graph6.hpp"

#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/set_file.hpp"

#include "datasets/data_roots.hpp"
#include "support/graph_factories.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::graph6_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// The definition, bit by bit: x is written as a string of binary digits and cut into sixes.
std::string graph6_by_definition(NodeId n, const std::vector<Edge>& edges) {
  const auto binary = [](std::uint64_t value, int digits) {
    std::string text(static_cast<std::size_t>(digits), '0');
    for (int d = digits; d-- > 0; value /= 2) {
      text[static_cast<std::size_t>(d)] = static_cast<char>('0' + value % 2);
    }
    return text;
  };
  const auto size = static_cast<std::uint64_t>(n);
  std::string bits;
  std::string text;
  if (n <= 62) {
    bits = binary(size, 6);
  } else if (n <= 258'047) {
    text = "~";
    bits = binary(size, 18);
  } else {
    text = "~~";
    bits = binary(size, 36);
  }
  const std::size_t before = bits.size();
  bits.append(static_cast<std::size_t>(n) * static_cast<std::size_t>(std::max(n - 1, 0)) / 2, '0');
  for (const auto& [u, v] : edges) {
    bits[before + static_cast<std::size_t>(v) * static_cast<std::size_t>(v - 1) / 2 +
         static_cast<std::size_t>(u)] = '1';
  }
  while (bits.size() % 6 != 0) {
    bits.push_back('0');
  }
  for (std::size_t at = 0; at < bits.size(); at += 6) {
    text.push_back(static_cast<char>(63 + std::stoi(bits.substr(at, 6), nullptr, 2)));
  }
  return text;
}

// The example of formats.txt: n = 5, edges 0-2, 0-4, 1-3, 3-4; bits 010010 1001(00): "DQc".
TEST(Graph6, ReadsAndWritesTheExampleOfItsDescription) {
  const std::vector<Edge> edges{{0, 2}, {0, 4}, {1, 3}, {3, 4}};
  EXPECT_EQ(parse_graph6("DQc").edges(), edges);
  EXPECT_EQ(write_graph6(Graph::from_edges(5, edges)), "DQc");
  EXPECT_EQ(parse_graph6("Bw").edges(), isthmus::test::complete(3).edges());
}

TEST(Graph6, TakesGraphsWithoutNodesAndWithOne) {
  EXPECT_EQ(parse_graph6("?").num_nodes(), 0);
  EXPECT_EQ(parse_graph6("@").num_nodes(), 1);
  EXPECT_EQ(write_graph6(Graph()), "?");
  EXPECT_EQ(write_graph6(isthmus::test::isolated(1)), "@");
}

// 62 is the last of one byte; 63 the first of four: "~" and 0, 0, 63.
TEST(Graph6, TakesAllThreeFormsOfASize) {
  for (const NodeId n : {0, 1, 2, 7, 62, 63, 64, 100, 1000}) {
    const Graph graph = isthmus::test::erdos_renyi(n, 0.3, static_cast<std::uint64_t>(n));
    const std::string text = write_graph6(graph);
    EXPECT_EQ(text, graph6_by_definition(n, graph.edges()));
    EXPECT_EQ(parse_graph6(text).edges(), graph.edges());
    EXPECT_EQ(parse_graph6(text).num_nodes(), n);
  }
  EXPECT_EQ(write_graph6(isthmus::test::isolated(63)).substr(0, 4), "~??~");
  EXPECT_EQ(parse_graph6("~??Bw").edges(), isthmus::test::complete(3).edges());
  EXPECT_EQ(parse_graph6("~~?????Bw").edges(), isthmus::test::complete(3).edges());
}

// The example of formats.txt: n = 7, edges 0-1, 0-2, 1-2, 5-6.
TEST(Sparse6, ReadsTheExampleOfItsDescription) {
  EXPECT_THAT(parse_graph6(":Fa@x^").edges(),
              ElementsAre(Edge{0, 1}, Edge{0, 2}, Edge{1, 2}, Edge{5, 6}));
  EXPECT_EQ(parse_graph6(":Fa@x^").num_nodes(), 7);
  EXPECT_EQ(parse_graph6(":?").num_nodes(), 0);
  EXPECT_EQ(parse_graph6(":@").num_nodes(), 1);
  EXPECT_THAT(parse_graph6(":H").edges(), IsEmpty());
  EXPECT_EQ(parse_graph6(":H").num_nodes(), 9);
}

// n = 2, k = 1, groups (0,0) (1,0) (0,0): a loop at 0 and two edges 0-1. Bits 001000 are "G".
TEST(Sparse6, KeepsLoopsAndParallelEdgesUntilTheSetDropsThem) {
  const std::vector<Edge> all{{0, 0}, {0, 1}, {0, 1}};
  EXPECT_EQ(parse_graph6(":AG").edges(), all);
  const TemporaryFolder dir;
  const std::string path = dir.write("a.s6", ">>sparse6<<:AG\n");
  const Dataset plain = read_graph6(path);
  EXPECT_THAT(plain.graphs.at(0).edges(), ElementsAre(Edge{0, 1}));
  EXPECT_EQ(plain.report.loops_dropped, 1);
  EXPECT_EQ(plain.report.duplicates, 2);
  const Dataset all_kept = read_graph6(path, {.keep_loops = true, .keep_duplicates = true});
  EXPECT_EQ(all_kept.graphs.at(0).edges(), all);
}

TEST(Graph6, AFileHoldsAGraphALine) {
  const TemporaryFolder dir;
  const Dataset set =
      read_graph6(dir.write("two.g6", ">>graph6<<Bw\r\n\r\n:Fa@x^\r\n>>graph6<<DQc"));
  EXPECT_EQ(set.name, "two");
  EXPECT_EQ(set.task, Task::kGraph);
  ASSERT_EQ(set.graphs.size(), 3U);
  EXPECT_THAT(set.node_ptr, ElementsAre(0, 3, 10, 15));
  EXPECT_EQ(set.graphs[0].edges(), isthmus::test::complete(3).edges());
  EXPECT_EQ(set.graphs[1].num_edges(), 8);
  EXPECT_EQ(set.graphs[2].num_edges(), 8);
  EXPECT_EQ(set.y.size(), 3U);
  EXPECT_THAT(set.has_label, ElementsAre(0, 0, 0));
  EXPECT_EQ(set.report.format, "graph6");
  EXPECT_EQ(set.report.files.size(), 1U);
  EXPECT_THAT(read_graph6(dir.write("none.g6", "")).graphs, IsEmpty());
  EXPECT_THAT(read_graph6(dir.write("heading.g6", ">>graph6<<\n")).graphs, IsEmpty());
}

TEST(Graph6, IsASetFileByItsNameOrHeading) {
  const TemporaryFolder dir;
  EXPECT_EQ(read_set_file(dir.write("a.g6", "Bw\nDQc\n"))->graphs.size(), 2U);
  EXPECT_EQ(read_set_file(dir.write("a.s6", ":Fa@x^\n"))->graphs.size(), 1U);
  EXPECT_EQ(read_set_file(dir.write("a.txt", ">>graph6<<Bw\n"))->graphs.size(), 1U);
  EXPECT_EQ(read_set_file(dir.write("b.txt", ">>sparse6<<:Fa@x^\n"))->graphs.size(), 1U);
}

struct BrokenLine {
  std::string text;
  std::string message;
};

// Not the text: its bytes would break the report, which is XML.
void PrintTo(const BrokenLine& line, std::ostream* out) { *out << line.message; }

class BrokenGraph6 : public ::testing::TestWithParam<BrokenLine> {};

TEST_P(BrokenGraph6, IsRefusedWithFileAndLine) {
  const TemporaryFolder dir;
  const std::string path = dir.write("a.g6", "Bw\n" + GetParam().text + "\nBw\n");
  EXPECT_EQ(message_of([&] { (void)read_graph6(path); }, dir.path()),
            "DIR/a.g6:2: " + GetParam().message);
}

INSTANTIATE_TEST_SUITE_P(
    Lines, BrokenGraph6,
    ::testing::Values(
        BrokenLine{"DQ", "a graph of 5 nodes takes 3 bytes, got 2"},
        BrokenLine{"DQcc", "a graph of 5 nodes takes 3 bytes, got 4"},
        BrokenLine{"?Bw", "a graph of 0 nodes takes 1 bytes, got 3"},
        BrokenLine{"DQd", "the bits after the last pair of nodes must be 0"},
        BrokenLine{"Bx", "the bits after the last pair of nodes must be 0"},
        BrokenLine{"DQ ", "byte 3 of the graph must be in 63..126, got 32"},
        BrokenLine{"D\x7f"
                   "c",
                   "byte 2 of the graph must be in 63..126, got 127"},
        BrokenLine{"\xff", "byte 1 of the graph must be in 63..126, got 255"},
        BrokenLine{"~??", "the number of nodes is cut off (expected 4 bytes, got 3)"},
        BrokenLine{"~~????", "the number of nodes is cut off (expected 8 bytes, got 6)"},
        BrokenLine{"~~~~~~~~", "a graph must have fewer than 2^31 nodes, got 68719476735"},
        BrokenLine{"~~?@~~~~", "a graph of 33554431 nodes takes 93824983848286 bytes, got 8"},
        BrokenLine{">>graph6<<>>graph6<<Bw", "byte 1 of the graph must be in 63..126, got 62"},
        BrokenLine{">>graph6<Bw",
                   "the heading must be >>graph6<< or >>sparse6<<, got \">>graph6<Bw\""},
        BrokenLine{"&AG", "is digraph6: a graph must be undirected, as graph6 or sparse6"},
        BrokenLine{";Fa", "is incremental sparse6: each graph must be whole"},
        BrokenLine{":", "the number of nodes is cut off (expected 1 bytes, got 0)"},
        BrokenLine{":~~?~~~~~", "so few bytes may claim 1048704 nodes at most, got 1073741823"},
        // n = 7, k = 3: the group 0 111 names node 7.
        BrokenLine{":F[??", "a node must be below 7, got 7"},
        BrokenLine{":Fa@x]", "a node must be below 7, got 7"},
        BrokenLine{":Fa", "the bits after the last edge must be 1"}));

TEST(Graph6, RefusesHeadingsOfOtherFormatsAndGraphsThatAreNotSimple) {
  const TemporaryFolder dir;
  const std::string path = dir.write("a.g6", ">>planar_code<<\n");
  EXPECT_EQ(message_of([&] { (void)read_graph6(path); }, dir.path()),
            "DIR/a.g6:1: the heading must be >>graph6<< or >>sparse6<<, got \">>planar_code<<\"");
  EXPECT_NE(message_of([] { (void)write_graph6(isthmus::test::directed_path(3)); }), "");
  EXPECT_EQ(message_of([] { (void)parse_graph6(""); }),
            "the number of nodes is cut off (expected 1 bytes, got 0)");
}

TEST(Graph6, ReadsBrecAsItsTableSays) {
  const auto roots = test::roots().roots;
  if (roots.empty() || !std::filesystem::exists(roots[0] / "expressivity/brec/brec.g6")) {
    GTEST_SKIP() << "no expressivity/brec/brec.g6 in the data root";
  }
  const std::filesystem::path path = roots[0] / "expressivity/brec/brec.g6";
  const Dataset set = read_graph6(path);
  ASSERT_EQ(set.graphs.size(), 800U);
  std::ifstream lines(path);
  std::string line;
  for (const Graph& graph : set.graphs) {
    std::getline(lines, line);
    ASSERT_EQ(write_graph6(graph), line);
  }
  EXPECT_EQ(set.graphs[0].num_nodes(), 10);
  EXPECT_EQ(set.graphs[0].num_edges(), 52);
}

}  // namespace
}  // namespace isthmus::datasets::graph6_test
