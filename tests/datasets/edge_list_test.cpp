#include "isthmus/datasets/edge_list.hpp"

#include <filesystem>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::edge_list_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

EdgeListGraph read(const std::string& text, const EdgeListOptions& options = {}) {
  const TemporaryFolder dir;
  return read_edge_list(dir.write("toy.txt", text), options);
}

std::string message_for(const std::string& text, const EdgeListOptions& options = {}) {
  const TemporaryFolder dir;
  const auto path = dir.write("toy.txt", text);
  return message_of([&] { (void)read_edge_list(path, options); }, dir.path());
}

/// Arcs by position, which is the number of the row.
std::vector<Edge> by_row(const Graph& graph) {
  const std::vector<Edge> arcs = graph.arcs();
  std::vector<Edge> rows(arcs.size());
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    rows[static_cast<std::size_t>(graph.eid()[static_cast<EdgeId>(slot)])] = arcs[slot];
  }
  return rows;
}

TEST(ReadEdgeList, TakesEverySeparatorAndLineEnd) {
  for (const char* text : {"0 1\n2 1\n", "0\t1\r\n2\t1\r\n", "0,1\n2, 1", "0;1\n2;1\n",
                           "# r\n% r\n\n  0   1 \n2\t 1\n",
                           "\xEF\xBB\xBF"
                           "0 1\n2 1\n"}) {
    const EdgeListGraph list = read(text);
    EXPECT_THAT(by_row(list.graph), ElementsAre(Edge{0, 1}, Edge{2, 1})) << text;
    EXPECT_THAT(list.names, IsEmpty());
    EXPECT_FALSE(list.has_weights);
    EXPECT_FALSE(list.directed);
    EXPECT_EQ(list.report.arcs_read, 2);
  }
}

TEST(ReadEdgeList, NumbersIdsByValueAndWordsByAppearance) {
  EdgeListGraph list = read("30 7\n7 1412\n30 30\n");
  EXPECT_THAT(by_row(list.graph), ElementsAre(Edge{1, 0}, Edge{0, 2}, Edge{1, 1}));
  EXPECT_THAT(list.names, ElementsAre("7", "30", "1412"));
  list = read("c b\nb 7\n7 c\n");
  EXPECT_THAT(by_row(list.graph), ElementsAre(Edge{0, 1}, Edge{1, 2}, Edge{2, 0}));
  EXPECT_THAT(list.names, ElementsAre("c", "b", "7"));
  list = read("3 1\n", {.ids = NodeIds::kKeep});
  EXPECT_EQ(list.graph.num_nodes(), 4);
  EXPECT_THAT(list.names, IsEmpty());
  EXPECT_EQ(read("").graph.num_nodes(), 0);
  EXPECT_EQ(read("# nothing\n", {.ids = NodeIds::kKeep}).graph.num_nodes(), 0);
}

TEST(ReadEdgeList, TellsAHeadingFromWords) {
  EXPECT_THAT(by_row(read("source,target\n0,1\n").graph), ElementsAre(Edge{0, 1}));
  EXPECT_THAT(by_row(read("source,target\n# r\n0,1\n").graph), ElementsAre(Edge{0, 1}));
  EXPECT_THAT(read("a b\nb c\n").names, ElementsAre("a", "b", "c"));
  EXPECT_THAT(read("a b\n").names, ElementsAre("a", "b"));
}

TEST(ReadEdgeList, ReadsWeightsOnlyWhenAsked) {
  const std::string text = "0 1 2.5\n1 2 1e-3\n";
  EXPECT_THAT(read(text).weight, IsEmpty());
  EXPECT_TRUE(read(text).has_weights);
  EXPECT_THAT(read(text, {.read_weights = true}).weight, ElementsAre(2.5, 1e-3));
  // A column of codes may hold anything as long as nobody asks for it.
  EXPECT_EQ(read("0 1 -1\n1 2 friend\n").graph.num_edges(), 2);
}

TEST(ReadEdgeList, ReadsWhatRewiringWrites) {
  const EdgeListGraph list = read(
      "# isthmus-edges 1 n=5 directed=0 method=gtr mode=definition columns=weight\n"
      "0\t1\t0\t2\n0\t3\t1\t1\n2\t2\t0\t1\n",
      {.read_weights = true});
  EXPECT_EQ(list.graph.num_nodes(), 5);
  EXPECT_THAT(by_row(list.graph), ElementsAre(Edge{0, 1}, Edge{0, 3}, Edge{2, 2}));
  EXPECT_THAT(list.type, ElementsAre(0, 1, 0));
  EXPECT_THAT(list.weight, ElementsAre(2, 1, 1));
  EXPECT_FALSE(list.directed);
  EXPECT_EQ(list.report.format, "isthmus-edges");
  EXPECT_TRUE(read("# isthmus-edges 1 n=2 directed=1 method=x mode=m\n").directed);
}

TEST(ReadEdgeList, NamesLineAndRule) {
  EXPECT_EQ(message_for("0 1\n2\n"),
            "DIR/toy.txt:2: second id is missing (expected one more field, got \"end of line\")");
  EXPECT_EQ(message_for("0 1\n2 3 4\n"),
            "DIR/toy.txt:2: rows must have equally many fields (expected 2, got \"2 3 4\")");
  EXPECT_EQ(message_for("0 1 4\n2 3\n"),
            "DIR/toy.txt:2: rows must have equally many fields (expected 3, got \"2 3\")");
  EXPECT_EQ(message_for("0 1 1 1\n"),
            "DIR/toy.txt:1: line has too many fields (expected end of line, got \"1\")");
  EXPECT_EQ(message_for("0,,1\n"), "DIR/toy.txt:1: an id is empty");
  EXPECT_EQ(message_for("0 1 0\n", {.read_weights = true}),
            "DIR/toy.txt:1: weight must be > 0 (expected a positive number, got \"0 1 0\")");
  EXPECT_EQ(message_for("0 1 x\n", {.read_weights = true}),
            "DIR/toy.txt:1: weight is not a number (expected a number, got \"x\")");
  EXPECT_EQ(message_for("0 1\n1 -2\n", {.ids = NodeIds::kKeep}),
            "DIR/toy.txt:2: an id that is kept must be a number of 0..1048719, got \"-2\"");
  EXPECT_EQ(message_for("0 1\n1 2000000000\n", {.ids = NodeIds::kKeep}),
            "DIR/toy.txt:2: an id that is kept must be a number of 0..1048847, got "
            "\"2000000000\"");
  EXPECT_EQ(message_for("0 a\n", {.ids = NodeIds::kKeep}),
            "DIR/toy.txt:1: an id that is kept must be a number of 0..1048639, got \"a\"");
  EXPECT_EQ(message_for("%%MatrixMarket matrix\n1 2\n"),
            "DIR/toy.txt:1: is a Matrix Market file, not a list of edges");
  EXPECT_THAT(message_for("\x1F\x8B\x08"), HasSubstr("packed bytes end too early"));
  EXPECT_THAT(message_for("# isthmus-edges 1 n=2 directed=0 method=x mode=m\n0 2 0\n"),
              HasSubstr("DIR/toy.txt:2: v is out of range"));
  EXPECT_THAT(message_of([] { (void)read_edge_list("/nonexistent/list"); }),
              HasSubstr("/nonexistent/list"));
}

// Counts of the published table, parsed by other programs: nodes with edges, edges without loops.
TEST(ReadEdgeList, CountsWhatOthersCountedInPublishedLists) {
  const DataRoots roots = test::roots();
  const std::filesystem::path snap =
      (roots.roots.empty() ? std::filesystem::path() : roots.roots.front()) / "snap";
  if (!std::filesystem::exists(snap / "CA-HepTh.txt")) {
    GTEST_SKIP() << snap << " is not there";
  }
  struct Row {
    const char* file;
    std::int64_t nodes, edges, loops;
  };
  for (const Row& row :
       {Row{"CA-HepTh.txt", 9877, 25973, 25}, Row{"as20graph.txt", 6474, 12572, -1},
        Row{"email-Eu-core.csv", 1005, 16064, 642}, Row{"facebook_combined.txt", 4039, 88234, 0},
        Row{"as-caida20070917.txt", 8020, 18203, 0}}) {
    const EdgeListGraph list = read_edge_list(snap / row.file);
    const SimpleGraph simple = simple_graph(list.graph, {.as_undirected = true});
    EXPECT_EQ(list.graph.num_nodes(), row.nodes) << row.file;
    EXPECT_EQ(simple.num_edges(), row.edges) << row.file;
    if (row.loops >= 0) {
      EXPECT_EQ(static_cast<std::int64_t>(simple.loops.size()), row.loops) << row.file;
    }
  }
}

// A careless program or a bad disk: the reader ends in a graph or in DataError, never otherwise.
class EdgeListMutations : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(EdgeListMutations, EndInAGraphOrInADataError) {
  const std::vector<std::string> seeds = {"# r\n0 1 2.5\n1 2 1\n2 0 1\n", "a;b\nb;c\n",
                                          "# isthmus-edges 1 n=5 directed=0 method=gtr mode=d "
                                          "columns=weight\n0\t1\t0\t2\n0\t3\t1\t1\n"};
  const std::vector<std::string> words = {"-1", "99999999999999999999", "nan", "\n", ",", "\r", ""};
  RandomStream draws(GetParam(), 1);
  const TemporaryFolder dir;
  int refused = 0;
  for (int i = 0; i < 150; ++i) {
    std::string text = seeds[static_cast<std::size_t>(draws.integer(3))];
    for (int edit = 0; edit < 3; ++edit) {
      const auto at =
          static_cast<std::size_t>(draws.integer(static_cast<std::int64_t>(text.size()) + 1));
      text.replace(at, static_cast<std::size_t>(draws.integer(4)),
                   words[static_cast<std::size_t>(draws.integer(7))]);
    }
    const std::string path = dir.write("m.txt", text);
    for (const NodeIds ids : {NodeIds::kCompact, NodeIds::kKeep}) {
      try {
        const EdgeListGraph list = read_edge_list(path, {.ids = ids, .read_weights = true});
        EXPECT_TRUE(list.weight.empty() ||
                    static_cast<EdgeId>(list.weight.size()) == list.graph.num_edges());
      } catch (const DataError&) {
        ++refused;
      }
    }
  }
  EXPECT_GT(refused, 30);
}
INSTANTIATE_TEST_SUITE_P(Seeds, EdgeListMutations, ::testing::Range<std::uint64_t>(0, 4));

}  // namespace
}  // namespace isthmus::datasets::edge_list_test
