#include "isthmus/expressivity/isomorphism_classes.hpp"

#include <algorithm>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"
#include "expressivity/isomorphism_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::isomorphism_classes_test {
namespace {

using isomorphism_cases::all_isomorphisms;
using isomorphism_cases::cycles;
using isomorphism_cases::graphs_of;
using isomorphism_cases::plain;
using isomorphism_cases::random_graph;
using isomorphism_cases::rook_of_four;
using isomorphism_cases::shrikhande;
using isomorphism_cases::shuffled;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

TEST(IsomorphismClasses, AreNumberedByTheirFirstGraph) {
  const std::vector<WlGraph> graphs{
      cycles({6}),    cycles({3, 3}),           plain(test::path(6)), shuffled(cycles({3, 3}), 1),
      plain(Graph()), shuffled(cycles({6}), 2), plain(Graph())};
  const IsomorphismClassesResult result = isomorphism_classes(graphs);
  EXPECT_THAT(result.class_of, ElementsAre(0, 1, 2, 1, 3, 0, 3));
  EXPECT_EQ(result.classes, 4);
  EXPECT_TRUE(result.complete);
  EXPECT_THAT(isomorphism_classes({}).class_of, IsEmpty());
}

TEST(IsomorphismClasses, AreThoseOfAllPermutations) {
  std::vector<WlGraph> graphs;
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    graphs.push_back(random_graph(5, 0.5, seed, static_cast<std::int64_t>(seed % 2), 2));
  }
  const IsomorphismClassesResult result = isomorphism_classes(graphs);
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    for (std::size_t h = 0; h < g; ++h) {
      EXPECT_EQ(result.class_of[g] == result.class_of[h],
                !all_isomorphisms(graphs[g], graphs[h]).empty());
    }
  }
}

// One bucket: all strongly regular with the same parameters, so codes decide.
TEST(IsomorphismClasses, OfStronglyRegularGraphsInAnyNumberOfCopies) {
  std::vector<WlGraph> graphs;
  for (std::uint64_t seed = 0; seed < 6; ++seed) {
    graphs.push_back(shuffled(rook_of_four(), seed));
    graphs.push_back(shuffled(shrikhande(), seed));
  }
  EXPECT_THAT(isomorphism_classes(graphs).class_of,
              ElementsAre(0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1));
  ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, "sr/sr291467.g6");
  std::vector<WlGraph> family = graphs_of(*path);
  const std::size_t first_half = family.size();
  for (std::size_t g = 0; g < first_half; ++g) {
    family.push_back(shuffled(family[g], g));
  }
  const IsomorphismClassesResult result = isomorphism_classes(family);
  EXPECT_EQ(result.classes, 41);
  for (std::size_t g = 0; g < first_half; ++g) {
    EXPECT_EQ(result.class_of[g], g);
    EXPECT_EQ(result.class_of[first_half + g], g);
  }
}

TEST(IsomorphismClasses, OfCslAreItsTen) {
  ISTHMUS_NEEDS_EXPRESSIVITY_FILE(path, "csl/csl.g6");
  const IsomorphismClassesResult result = isomorphism_classes(graphs_of(*path));
  EXPECT_EQ(result.classes, 10);
  for (std::size_t g = 0; g < 150; ++g) {
    EXPECT_EQ(result.class_of[g], g / 15);
  }
}

TEST(IsomorphismClasses, DoNotDependOnThreads) {
  std::vector<WlGraph> graphs;
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    graphs.push_back(random_graph(6, 0.4, seed));
  }
  const auto classes_on = [&](int threads) {
    const ThreadBudget budget(threads);
    return isomorphism_classes(graphs).class_of;
  };
  EXPECT_EQ(classes_on(1), classes_on(4));
}

/// Published: 175 of 188 graphs with their node labels.
TEST(IsomorphismClasses, OfMutagArePublished) {
  using datasets::test::roots;
  try {
    const datasets::Dataset set = datasets::load("tu:MUTAG", roots());
    std::vector<WlGraph> graphs;
    std::vector<WlGraph> labelled;
    for (std::size_t g = 0; g < set.graphs.size(); ++g) {
      graphs.push_back(plain(set.graphs[g]));
      labelled.push_back(graphs.back());
      for (std::int64_t v = set.node_ptr[g]; v < set.node_ptr[g + 1]; ++v) {
        const auto row = set.x.dense.begin() + v * set.x.num_cols;
        labelled.back().node_label.push_back(
            static_cast<std::uint64_t>(std::find(row, row + set.x.num_cols, 1.0F) - row));
      }
    }
    EXPECT_EQ(isomorphism_classes(graphs).classes, 139);
    EXPECT_EQ(isomorphism_classes(labelled).classes, 175);
  } catch (const DataError& absent) {
    GTEST_SKIP() << absent.what();
  }
}

TEST(IsomorphismClasses, SayWhichSearchWasStopped) {
  const std::vector<WlGraph> graphs{plain(test::path(3)), shrikhande(), rook_of_four()};
  const IsomorphismClassesResult result = isomorphism_classes(graphs, {.max_nodes = 4});
  EXPECT_FALSE(result.complete);
  EXPECT_EQ(result.classes, 3);
  EXPECT_EQ(result.undecided, "graph 2: max_nodes = 4 was reached");
}

TEST(IsomorphismClasses, NameTheGraphThatIsRefused) {
  const std::vector<WlGraph> graphs{plain(test::path(3)),
                                    {.graph = test::path(3), .node_label = {1}, .edge_label = {}}};
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)isomorphism_classes(graphs); }),
            "isomorphism_classes: graph 1: node_label (one a node) must be empty or have 3 "
            "entries, got 1");
  EXPECT_EQ(test::message_of<InvalidArgument>(
                [&] { (void)isomorphism_classes(graphs, {.max_nodes = -1}); }),
            "isomorphism_classes: max_nodes must be >= 0, got -1");
}

}  // namespace
}  // namespace isthmus::expressivity::isomorphism_classes_test
