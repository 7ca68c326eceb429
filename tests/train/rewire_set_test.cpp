#include "../../src/train/rewire_set.hpp"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/afrc.hpp"
#include "isthmus/rewiring/fosr.hpp"
#include "isthmus/rewiring/random_edges.hpp"
#include "isthmus/train/config.hpp"

#include "../../src/train/edit_store.hpp"
#include "../../src/train/graph_edits.hpp"
#include "support/message_of.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::train::rewire_set_test {
namespace {

using datasets::Dataset;
using isthmus::test::TemporaryFolder;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

/// Graphs with the numbers of their nodes as features and class 0.
Dataset set_of_graphs(std::vector<Graph> graphs) {
  Dataset set;
  set.name = "drawn";
  set.task = datasets::Task::kGraph;
  set.graphs = std::move(graphs);
  set.node_ptr = {0};
  for (const Graph& graph : set.graphs) {
    set.node_ptr.push_back(set.node_ptr.back() + graph.num_nodes());
    set.y.push_back(0);
  }
  set.num_classes = 1;
  set.x.num_rows = set.num_nodes();
  set.x.num_cols = 1;
  for (std::int64_t v = 0; v < set.num_nodes(); ++v) {
    set.x.dense.push_back(static_cast<float>(v));
  }
  return set;
}

/// 0 - 1 - 2 - 3
Graph path_of_four() { return Graph::from_edges(4, std::vector<Edge>{{0, 1}, {1, 2}, {2, 3}}); }

RewireConfig method_of(const std::string& method, const std::string& budget = {}) {
  RewireConfig config;
  config.method = method;
  config.budget = budget;
  return config;
}

/// "u>v:type" of each arc in the order of the rows.
std::vector<std::string> typed_arcs(const Dataset& set, std::size_t g = 0) {
  std::size_t first = 0;
  for (std::size_t i = 0; i < g; ++i) {
    first += static_cast<std::size_t>(set.graphs[i].num_edges());
  }
  std::vector<std::string> text;
  for (const Edge& arc : set.graphs[g].arcs()) {
    text.push_back(std::to_string(arc.u) + ">" + std::to_string(arc.v) + ":" +
                   std::to_string(set.edge_label[first++]));
  }
  return text;
}

// Closing the path to a cycle lowers the total resistance most: gtr_test computes it by hand.
TEST(RewireSet, AddsTheMethodsEdgesUnderATypeOfTheirOwn) {
  const RewiredSet result = rewire_set(set_of_graphs({path_of_four()}), method_of("gtr", "1"));
  EXPECT_THAT(typed_arcs(result.dataset),
              ElementsAre("1>0:0", "3>0:1", "0>1:0", "2>1:0", "1>2:0", "3>2:0", "0>3:1", "2>3:0"));
  EXPECT_EQ(result.facts.summary(), "gtr, budget 1: edges 3 -> 4 (1 added, 0 removed) in 1 graph");
  EXPECT_EQ(result.facts.arcs_before, 6);
  EXPECT_EQ(result.facts.arcs_after, 8);
  EXPECT_THAT(result.dataset.report.notes, ElementsAre(HasSubstr("rewired by gtr")));
}

TEST(RewireSet, KeepsTypesAndAttributesOfEdgesThatStay) {
  Dataset set = set_of_graphs({path_of_four(), path_of_four()});
  set.edge_label = {5, 5, 7, 7, 5, 5, 0, 0, 0, 0, 0, 0};
  set.num_edge_attributes = 2;
  for (int i = 0; i < 24; ++i) {
    set.edge_attr.push_back(static_cast<float>(1 + i));
  }
  set.edge_mask.assign(12, 1);
  const Dataset after = rewire_set(set, method_of("gtr", "1")).dataset;
  // T = 8 in every graph, though the second knows type 0 alone.
  EXPECT_THAT(typed_arcs(after),
              ElementsAre("1>0:5", "3>0:8", "0>1:5", "2>1:7", "1>2:7", "3>2:5", "0>3:8", "2>3:5"));
  EXPECT_THAT(typed_arcs(after, 1),
              ElementsAre("1>0:0", "3>0:8", "0>1:0", "2>1:0", "1>2:0", "3>2:0", "0>3:8", "2>3:0"));
  EXPECT_THAT(std::vector<float>(after.edge_attr.begin(), after.edge_attr.begin() + 8),
              ElementsAre(1, 2, 0, 0, 3, 4, 5, 6));
  EXPECT_THAT(after.edge_mask, ElementsAre(1, 0, 1, 1, 1, 1, 0, 1, 1, 0, 1, 1, 1, 1, 0, 1));
  const Dataset dropped =
      rewire_set(set, method_of("gtr", "1"), {.own_types = OwnTypes::kDrop}).dataset;
  EXPECT_EQ(typed_arcs(dropped, 0), typed_arcs(dropped, 1));
  EXPECT_EQ(dropped.edge_label[1], 1);
}

// Hops of the path: 0-2, 1-3 at two, 0-3 at three.
TEST(RewireSet, TellsRingsByTheirHop) {
  RewireConfig config = method_of("rings");
  config.hops = 3;
  EXPECT_THAT(typed_arcs(rewire_set(set_of_graphs({path_of_four()}), config).dataset),
              ElementsAre("1>0:0", "2>0:1", "3>0:2", "0>1:0", "2>1:0", "3>1:1", "0>2:1", "1>2:0",
                          "3>2:0", "0>3:2", "1>3:1", "2>3:0"));
}

// 0 => 1 twice with both reverses, a loop at 1, and 1 - 2.
TEST(RewireSet, LeavesLoopsAndParallelArcsAsTheyAre) {
  const Graph graph = Graph::from_edges(3, std::vector<Edge>{{0, 1}, {0, 1}, {1, 1}, {1, 2}});
  const RewiredSet result = rewire_set(set_of_graphs({graph}), method_of("fosr", "1"));
  EXPECT_THAT(typed_arcs(result.dataset), ElementsAre("1>0:0", "1>0:0", "2>0:1", "0>1:0", "0>1:0",
                                                      "1>1:0", "2>1:0", "0>2:1", "1>2:0"));
  EXPECT_EQ(result.facts.edges_before, 2);
  EXPECT_EQ(result.facts.edges_after, 3);
}

TEST(RewireSet, RefusesArcsOneWayUnlessToldToMakeThemEdges) {
  const Graph one_way =
      Graph::from_coo(3, std::vector<NodeId>{0, 1, 2}, std::vector<NodeId>{1, 0, 1});
  Dataset set = set_of_graphs({path_of_four(), one_way});
  set.edge_label = {0, 0, 0, 0, 0, 0, 3, 3, 4};
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)rewire_set(set, method_of("fosr", "1")); }),
              "rewire.method fosr is of undirected graphs, graph 1 of 'drawn' has arcs one "
              "way only");
  RewireConfig config = method_of("fosr", "0");
  config.directed = "as-undirected";
  EXPECT_THAT(typed_arcs(rewire_set(set, config).dataset, 1),
              ElementsAre("1>0:3", "0>1:3", "2>1:4", "1>2:4"));
}

TEST(RewireSet, ReplacesEdgesByWeightedArcsWithGdc) {
  Dataset set = set_of_graphs({path_of_four()});
  set.edge_label.assign(6, 1);
  RewireConfig config = method_of("gdc");
  config.top_k = 2;
  const Dataset after = rewire_set(set, config).dataset;
  EXPECT_THAT(after.edge_label, IsEmpty());
  EXPECT_EQ(after.num_edge_attributes, 1);
  EXPECT_EQ(after.edge_attr.size(), static_cast<std::size_t>(after.num_arcs()));
  EXPECT_TRUE(std::all_of(after.edge_attr.begin(), after.edge_attr.end(),
                          [](float w) { return w > 0.0F && w < 1.0F; }));
  // Two entries a column, one of them the diagonal.
  EXPECT_EQ(after.num_arcs(), 4);
}

// A hexagon for six nodes and less: two nodes are appended to the path.
TEST(RewireSet, AppendsTheNodesOfACayleyGraph) {
  Dataset set = set_of_graphs({path_of_four(), path_of_four()});
  set.encoding.assign(8, 2.0F);
  set.num_encoding_columns = 1;
  const RewiredSet result = rewire_set(set, method_of("cgp"));
  const Dataset& after = result.dataset;
  EXPECT_THAT(after.node_ptr, ElementsAre(0, 6, 12));
  EXPECT_THAT(after.x.dense, ElementsAre(0, 1, 2, 3, 0, 0, 4, 5, 6, 7, 0, 0));
  EXPECT_THAT(after.encoding, ElementsAre(2, 2, 2, 2, 0, 0, 2, 2, 2, 2, 0, 0));
  EXPECT_EQ(after.x.num_rows, 12);
  EXPECT_EQ(result.facts.virtual_nodes, 4);
  EXPECT_EQ(after.y.size(), 2U);
  EXPECT_EQ(std::count(after.edge_label.begin(), after.edge_label.end(), 1), 24);

  Dataset nodes = set_of_graphs({path_of_four()});
  nodes.task = datasets::Task::kNode;
  nodes.y = {0, 1, 0, 1};
  const Dataset more = rewire_set(nodes, method_of("cgp")).dataset;
  EXPECT_THAT(more.y, ElementsAre(0, 1, 0, 1, -1, -1));
  EXPECT_THAT(more.has_label, ElementsAre(1, 1, 1, 1, 0, 0));
  nodes.splits_of_graphs = true;
  EXPECT_THAT(isthmus::test::message_of<InvalidArgument>(
                  [&] { (void)rewire_set(nodes, method_of("cgp")); }),
              HasSubstr("needs one for every node"));
}

TEST(RewireSet, KeepsSparseRowsOfNodesWhenNodesAreAppended) {
  Dataset set = set_of_graphs({path_of_four()});
  set.x.dense.clear();
  set.x.sparse = true;
  set.x.num_cols = 3;
  set.x.rowptr = {0, 1, 1, 2, 3};
  set.x.col = {0, 2, 1};
  set.x.value = {1.0F, 2.0F, 3.0F};
  const Dataset after = rewire_set(set, method_of("cgp")).dataset;
  EXPECT_THAT(after.x.rowptr, ElementsAre(0, 1, 1, 2, 3, 3, 3));
  EXPECT_EQ(after.x.num_rows, 6);
}

Dataset motifs() { return datasets::load("gen:ba-2motifs,graphs=12", {}); }

/// Methods with what they need, small.
std::vector<RewireConfig> every_method() {
  std::vector<RewireConfig> all;
  for (const char* method : {"gtr", "fosr", "sdrf", "borf", "err", "prune", "grlef", "random"}) {
    all.push_back(method_of(method, "10%"));
  }
  for (const char* method : {"afrc3", "afrc4"}) {
    all.push_back(method_of(method, "1"));
  }
  for (const char* method : {"laser", "rings", "gdc", "egp", "cgp"}) {
    all.push_back(method_of(method));
  }
  return all;
}

TEST(RewireSet, GivesTheSameBitsForAnyNumberOfThreads) {
  const Dataset set = motifs();
  for (const RewireConfig& config : every_method()) {
    const auto with = [&](int threads) {
      const ThreadBudget budget{threads};
      return content_sha256(rewire_set(set, config).dataset);
    };
    EXPECT_EQ(with(1), with(4)) << config.method;
    EXPECT_NE(with(1), content_sha256(set)) << config.method;
  }
}

// The graphs one by one are the set.
TEST(RewireSet, DoesToEachGraphWhatTheMethodDoes) {
  const Dataset set = motifs();
  const RewiredSet result = rewire_set(set, method_of("fosr", "10%"));
  std::int64_t added = 0;
  for (std::size_t g = 0; g < set.graphs.size(); ++g) {
    const Graph simple = simple_graph(set.graphs[g]).graph;
    const std::int64_t steps = (simple.num_edges() / 2 + 5) / 10;
    const Graph expected = rewiring::fosr(simple, {.num_edges = steps}).graph;
    EXPECT_EQ(result.dataset.graphs[g].edges(), expected.edges());
    added += (expected.num_edges() - simple.num_edges()) / 2;
  }
  EXPECT_EQ(result.facts.added, added);
  EXPECT_EQ(std::count(result.dataset.edge_label.begin(), result.dataset.edge_label.end(), 1),
            2 * added);
}

TEST(RewireSet, TakesAwayWhatTheMethodTakesAway) {
  const Dataset set = motifs();
  const RewiredSet result = rewire_set(set, method_of("afrc3", "2"));
  for (std::size_t g = 0; g < set.graphs.size(); ++g) {
    const Graph simple = simple_graph(set.graphs[g]).graph;
    const auto expected =
        rewiring::afrc(simple, {.num_loops = 2, .kind = rewiring::AfrcKind::kAfrc3});
    EXPECT_EQ(result.dataset.graphs[g].edges(), expected.graph.edges()) << g;
  }
  EXPECT_GT(result.facts.removed, 0);
}

TEST(RewireSet, KeepsNothingOfAMethodThatWasCutShort) {
  const CancelToken cancel;
  cancel.request();
  for (const char* method : {"gtr", "fosr", "sdrf", "borf", "afrc3", "prune", "err", "grlef"}) {
    EXPECT_EQ(isthmus::test::message_of<Interrupted>(
                  [&] { (void)rewire_graph(path_of_four(), method_of(method, "1"), cancel); }),
              std::string("rewiring by ") + method + " was interrupted");
  }
}

TEST(RewireSet, ControlAddsAsManyEdgesAsTheMethodToEachGraphAndRemovesNone) {
  const Dataset set = motifs();
  for (RewireConfig config : {method_of("borf", "2"), method_of("laser"), method_of("egp")}) {
    const RewiredSet own = rewire_set(set, config);
    config.control = true;
    const RewiredSet control = rewire_set(set, config);
    EXPECT_EQ(control.facts.added, own.facts.added) << config.method;
    EXPECT_EQ(control.facts.removed, 0);
    EXPECT_THAT(control.facts.summary(), HasSubstr(config.method + " (control)"));
    const Graph simple = simple_graph(set.graphs[0]).graph;
    const std::int64_t more =
        (control.dataset.graphs[0].num_edges() - set.graphs[0].num_edges()) / 2;
    EXPECT_EQ(control.dataset.graphs[0].edges(),
              rewiring::random_edges(simple, {.num_edges = more}).graph.edges());
  }
}

TEST(RewireSet, StopsWhenAskedTo) {
  RewireSetOptions options;
  options.cancel.request();
  EXPECT_THROW((void)rewire_set(motifs(), method_of("fosr", "5"), options), Interrupted);
}

TEST(RewireSet, TakesEmptySetsAndGraphs) {
  const RewiredSet none = rewire_set(set_of_graphs({}), method_of("gtr", "3"));
  EXPECT_EQ(none.facts.edges_after, 0);
  const Graph empty = Graph::from_edges(0, {});
  const Graph lone = Graph::from_edges(1, {});
  for (const RewireConfig& config : every_method()) {
    if (config.method != "cgp") {
      EXPECT_EQ(rewire_set(set_of_graphs({empty, lone}), config).facts.edges_after, 0)
          << config.method;
    }
  }
}

TEST(RewireSet, TakesFromTheCacheWhatIsThere) {
  const TemporaryFolder folder;
  const Dataset set = motifs();
  for (RewireConfig config : every_method()) {
    const std::string fresh = content_sha256(rewire_set(set, config).dataset);
    config.cache = (folder.path() / "deep" / "cache").string();
    EXPECT_EQ(content_sha256(rewire_set(set, config).dataset), fresh) << config.method;
    EXPECT_EQ(content_sha256(rewire_set(set, config).dataset), fresh) << config.method;
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder.path() / "deep" / "cache"),
                          std::filesystem::directory_iterator()),
            static_cast<std::ptrdiff_t>(every_method().size()));
  // It is the file that is read: with other edits in it another set comes out.
  RewireConfig config = method_of("fosr", "10%");
  config.cache = (folder.path() / "deep" / "cache").string();
  std::vector<Graph> graphs;
  for (const Graph& graph : set.graphs) {
    graphs.push_back(simple_graph(graph).graph);
  }
  const EditStore store(config.cache, graphs, config);
  std::vector<GraphEdits> edits = *store.read();
  for (GraphEdits& of : edits) {
    of.added.clear();
  }
  store.write(edits);
  EXPECT_EQ(rewire_set(set, config).facts.added, 0);
}

}  // namespace
}  // namespace isthmus::train::rewire_set_test
