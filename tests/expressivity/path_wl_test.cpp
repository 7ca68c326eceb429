#include "isthmus/expressivity/path_wl.hpp"

#include <algorithm>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/expressivity/color_refinement.hpp"

#include "expressivity_oracle.hpp"
#include "shuffled.hpp"
#include "slow_distances.hpp"
#include "support/graph_factories.hpp"
#include "support/message_of.hpp"
#include "tuple_test_graphs.hpp"

namespace isthmus::expressivity::path_wl_test {
namespace {

using slow::Matrix;

// Around a node of a hexagon there are 2 shortest paths of 2 edges and 2 of 3 edges, in a triangle
// none of 2: round 2 parts them. As simple paths a triangle has two of 2 edges, too, and none of 3.
TEST(PathWl, TellsAHexagonFromTwoTriangles) {
  const std::vector<WlGraph> pair = {{.graph = test::cycle(6)},
                                     {.graph = test::copies(test::cycle(3), 2)}};
  for (const bool exact : {false, true}) {
    PathWlOptions options = {.common = test::reliable({.exact = exact})};
    const Refinement shortest = path_wl(pair, options);
    EXPECT_EQ(test::first_round(shortest), 2);
    EXPECT_EQ(shortest.rounds(), 3);  // The hexagon's diameter.
    EXPECT_TRUE(shortest.stable);
    EXPECT_EQ(shortest.certain, options.common.exact);
    options.paths = WlPaths::kSimple;
    EXPECT_EQ(test::first_round(path_wl(pair, options)), 3);
    options.entry = WlPathEntry::kColourAndDistance;
    EXPECT_EQ(test::first_round(path_wl(pair, options)), 2);
  }
}

/// Entries of all simple paths v, u1, ..., uk, word for word.
void walk(const Matrix& g, const slow::Table& hops, const PathWlOptions& options,
          const slow::Colours& c, std::vector<int>& path, std::size_t length,
          const std::string& so_far, std::vector<std::string>& found) {
  if (path.size() == length + 1) {
    found.push_back(so_far);
    return;
  }
  for (int u = 0; u < g.n; ++u) {
    const std::int64_t d = hops[Matrix::at(path[0])][Matrix::at(u)];
    const bool fits = options.paths == WlPaths::kSimple
                          ? std::find(path.begin(), path.end(), u) == path.end()
                          : d == static_cast<std::int64_t>(path.size());
    if (g.adjacent(path.back(), u) && fits) {
      std::string entry = "(" + g.edge_of(path.back(), u) + "," + slow::text(c, {u});
      if (options.entry == WlPathEntry::kColourAndDistance) {
        entry += "," + std::to_string(d);
      }
      path.push_back(u);
      walk(g, hops, options, c, path, length, so_far + entry + ")", found);
      path.pop_back();
    }
  }
}

/// The definition: exactly `rounds` rounds.
slow::Result slow_paths(const std::vector<WlGraph>& input, const PathWlOptions& options,
                        int rounds) {
  std::vector<Matrix> graphs;
  std::vector<slow::Table> hops;
  slow::Result result;
  std::vector<std::map<slow::Tuple, std::string>> texts(input.size());
  for (std::size_t g = 0; g < input.size(); ++g) {
    graphs.push_back(slow::matrix_of(input[g]));
    hops.push_back(slow::floyd_warshall(graphs[g]));
    for (int v = 0; v < graphs[g].n; ++v) {
      texts[g][{v}] = std::to_string(graphs[g].label[Matrix::at(v)]);
    }
  }
  const slow::Test pool_all;
  result.classes.push_back(slow::number(texts, result.colours));
  result.graph_class.push_back(slow::pooled(pool_all, graphs, result.colours));
  for (int k = 1; k <= rounds; ++k) {
    for (std::size_t g = 0; g < input.size(); ++g) {
      for (auto& [tuple, text] : texts[g]) {
        std::vector<int> path = {tuple[0]};
        std::vector<std::string> found;
        walk(graphs[g], hops[g], options, result.colours[g], path, static_cast<std::size_t>(k), "",
             found);
        text = slow::text(result.colours[g], tuple) + slow::multiset(std::move(found));
      }
    }
    std::vector<slow::Colours> next;
    result.classes.push_back(slow::number(texts, next));
    result.colours = std::move(next);
    result.graph_class.push_back(slow::pooled(pool_all, graphs, result.colours));
  }
  return result;
}

class PathWlOnRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  static std::vector<WlGraph> graphs() {
    const std::uint64_t seed = GetParam();
    std::vector<WlGraph> all = {{.graph = test::erdos_renyi(8, 0.3, seed)},
                                {.graph = test::grid(2, 4)},
                                {.graph = test::copies(test::cycle(4), 2)}};
    if (seed % 2 == 1) {
      for (std::size_t g = 0; g < all.size(); ++g) {
        all[g] = test::with_labels(all[g].graph, seed + g);
      }
    }
    all.push_back(test::shuffled(all[0], seed));
    return all;
  }
};

TEST_P(PathWlOnRandomGraphs, EqualTheDefinition) {
  const std::vector<WlGraph> input = graphs();
  for (const WlPaths paths : {WlPaths::kShortest, WlPaths::kSimple}) {
    for (const WlPathEntry entry : {WlPathEntry::kColour, WlPathEntry::kColourAndDistance}) {
      for (const bool exact : {false, true}) {
        const PathWlOptions options = {.paths = paths,
                                       .entry = entry,
                                       .length = 4,
                                       .common = test::reliable({.exact = exact})};
        const Refinement result = path_wl(input, options);
        test::expect_same_partitions(result, slow_paths(input, options, 4));
        EXPECT_EQ(result.graph_class.back()[0], result.graph_class.back()[3]);
        EXPECT_LT(result.error_bound, 1e-12);
      }
    }
  }
}

TEST_P(PathWlOnRandomGraphs, PathsOfOneEdgeAreARoundOfOneWl) {
  const std::vector<WlGraph> input = graphs();
  const Refinement wl = color_refinement(input, {.common = test::reliable({.rounds = 1})});
  for (const WlPaths paths : {WlPaths::kShortest, WlPaths::kSimple}) {
    const Refinement result =
        path_wl(input, {.paths = paths, .length = 1, .common = test::reliable()});
    EXPECT_EQ(result.classes.back(), wl.classes.back());
  }
}

TEST_P(PathWlOnRandomGraphs, NeitherThreadsNorOrderMatter) {
  const std::vector<WlGraph> input = graphs();
  const std::vector<WlGraph> reversed(input.rbegin(), input.rend());
  for (const WlPaths paths : {WlPaths::kShortest, WlPaths::kSimple}) {
    const PathWlOptions options = {.paths = paths, .common = test::reliable()};
    const Refinement once = path_wl(input, options);
    EXPECT_EQ(path_wl(reversed, options).colour.back(), once.colour.front());
    const ThreadBudget one(1);
    EXPECT_EQ(path_wl(input, options).colour, once.colour);
  }
}

INSTANTIATE_TEST_SUITE_P(Seeds, PathWlOnRandomGraphs, ::testing::Range<std::uint64_t>(0, 4));

// A grid of 12 x 12 has binom(22, 11) = 705,432 shortest paths between corners; sums do not care.
TEST(PathWl, ShortestPathsAreNotListed) {
  const std::vector<WlGraph> pair = {{.graph = test::grid(12, 12)}, {.graph = test::grid(12, 12)}};
  const Refinement result = path_wl(pair, {.max_steps = 0});
  EXPECT_EQ(result.undecided, "");
  EXPECT_EQ(result.rounds(), 22);
}

TEST(PathWl, StopsAtLimits) {
  const std::vector<WlGraph> pair = {{.graph = test::complete(9)}, {.graph = test::complete(9)}};
  PathWlOptions options = {.paths = WlPaths::kSimple, .length = 8, .max_steps = 100'000};
  EXPECT_EQ(path_wl(pair, options).undecided,
            "the nodes of the paths exceed max_steps = 100000 after 4 rounds");
  options.common.exact = true;
  options.max_steps = 100'000'000;
  options.common.max_tuples = 10'000;
  EXPECT_EQ(path_wl(pair, options).undecided,
            "the sorted paths exceed max_tuples = 10000 words after 2 rounds");
  options.length = 0;
  options.common.max_tuples = 161;
  EXPECT_EQ(path_wl(pair, options).undecided, "162 pairs of nodes exceed max_tuples = 161");
  options.common.max_tuples = 200'000;
  options.common.rounds = 0;
  EXPECT_EQ(path_wl(pair, options).rounds(), 0);
  EXPECT_FALSE(path_wl(pair, options).stable);
  options.common.rounds = kUntilStable;
  options.common.cancel.request();
  EXPECT_EQ(path_wl(pair, options).undecided, "cancelled after 0 rounds");
}

TEST(PathWl, EmptyInputAndGraphsWithoutEdges) {
  EXPECT_TRUE(path_wl({}, {}).stable);
  const std::vector<WlGraph> graphs = {{}, {.graph = test::isolated(3)}};
  const Refinement result = path_wl(graphs, {});
  EXPECT_EQ(result.rounds(), 0);
  EXPECT_TRUE(result.stable);
}

TEST(PathWl, NamesBadArguments) {
  EXPECT_EQ(test::message_of<InvalidArgument>([] { (void)path_wl({}, {.length = -1}); }),
            "path_wl: length must be >= 0, got -1");
  EXPECT_EQ(test::message_of<InvalidArgument>([] { (void)path_wl({}, {.max_steps = -1}); }),
            "path_wl: max_steps must be >= 0, got -1");
}

}  // namespace
}  // namespace isthmus::expressivity::path_wl_test
