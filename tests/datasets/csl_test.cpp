#include "isthmus/datasets/csl.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <set>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"
#include "support/temporary_folder.hpp"

namespace isthmus::datasets::csl_test {
namespace {

using isthmus::test::TemporaryFolder;
using test::message_of;

constexpr std::array<int, 10> kSkips{2, 3, 4, 5, 6, 9, 11, 12, 13, 16};

/// Closed walks of length 3 to 9 in a graph: traces of powers of its adjacency matrix.
std::vector<std::int64_t> closed_walks(const Graph& graph) {
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  std::vector<std::int64_t> power(n * n, 0);
  for (std::size_t i = 0; i < n; ++i) {
    power[i * n + i] = 1;
  }
  std::vector<std::int64_t> traces;
  for (int k = 1; k <= 9; ++k) {
    std::vector<std::int64_t> next(n * n, 0);
    for (const Edge& arc : graph.arcs()) {
      for (std::size_t j = 0; j < n; ++j) {
        next[static_cast<std::size_t>(arc.v) * n + j] +=
            power[static_cast<std::size_t>(arc.u) * n + j];
      }
    }
    power = next;
    std::int64_t trace = 0;
    for (std::size_t i = 0; i < n; ++i) {
      trace += power[i * n + i];
    }
    if (k >= 3) {
      traces.push_back(trace);
    }
  }
  return traces;
}

/// The same by the spectrum of a circulant: eigenvalue j is 2 cos(2 pi j / 41) + 2 cos(2 pi j R /
/// 41).
std::vector<std::int64_t> closed_walks_of_circulant(int skip) {
  std::vector<std::int64_t> traces;
  for (int k = 3; k <= 9; ++k) {
    double trace = 0.0;
    for (int j = 0; j < 41; ++j) {
      const double angle = 2.0 * std::numbers::pi * j / 41.0;
      trace += std::pow(2.0 * std::cos(angle) + 2.0 * std::cos(angle * skip), k);
    }
    traces.push_back(std::llround(trace));
  }
  return traces;
}

void expect_circular_skip_links(const Dataset& dataset) {
  ASSERT_EQ(dataset.graphs.size(), 150U);
  for (std::size_t g = 0; g < dataset.graphs.size(); ++g) {
    const Graph& graph = dataset.graphs[g];
    ASSERT_EQ(graph.num_nodes(), 41);
    EXPECT_TRUE(graph.is_symmetric());
    EXPECT_FALSE(graph.has_self_loops());
    for (NodeId v = 0; v < 41; ++v) {
      EXPECT_EQ(graph.csr().degree(v), 4);
    }
    EXPECT_EQ(dataset.y[g], static_cast<std::int64_t>(g / 15));
    EXPECT_EQ(closed_walks(graph), closed_walks_of_circulant(kSkips[g / 15])) << g;
  }
}

TEST(Csl, ClosedWalksTellTheClassesApart) {
  std::set<std::vector<std::int64_t>> different;
  for (const int skip : kSkips) {
    different.insert(closed_walks_of_circulant(skip));
  }
  EXPECT_EQ(different.size(), kSkips.size());
}

TEST(Csl, HasTheSpectrumOfEachClass) { expect_circular_skip_links(csl()); }

TEST(Csl, RelabelsEveryGraphBySeed) {
  const Dataset a = csl(0);
  const Dataset b = csl(1);
  for (std::size_t g = 0; g < 150; ++g) {
    EXPECT_NE(a.graphs[g].arcs(), b.graphs[g].arcs());
    if (g % 15 != 0) {
      EXPECT_NE(a.graphs[g].arcs(), a.graphs[g - 1].arcs());
    }
  }
  EXPECT_EQ(content_sha256(a), content_sha256(csl(0)));
}

TEST(Csl, HasFiveFoldsThatCoverEveryGraph) {
  const Dataset dataset = csl();
  ASSERT_EQ(dataset.splits.size(), 5U);
  std::vector<int> tested(150, 0);
  for (const Split& fold : dataset.splits) {
    std::vector<std::int64_t> all = fold.train;
    all.insert(all.end(), fold.val.begin(), fold.val.end());
    all.insert(all.end(), fold.test.begin(), fold.test.end());
    std::sort(all.begin(), all.end());
    ASSERT_EQ(all.size(), 150U);
    for (std::size_t i = 0; i < 150; ++i) {
      EXPECT_EQ(all[i], static_cast<std::int64_t>(i));
    }
    for (const std::int64_t id : fold.test) {
      ++tested[static_cast<std::size_t>(id)];
    }
  }
  EXPECT_EQ(tested, std::vector<int>(150, 1));
}

TEST(ReadCsl, PublishedCopyIsTheSameSetUpToLabels) {
  ISTHMUS_NEEDS_SET("csl");
  const Dataset published = load("csl", test::roots());
  expect_circular_skip_links(published);
  const Dataset generated = csl();
  EXPECT_EQ(published.y, generated.y);
  ASSERT_EQ(published.splits.size(), generated.splits.size());
  for (std::size_t f = 0; f < generated.splits.size(); ++f) {
    EXPECT_EQ(published.splits[f].train, generated.splits[f].train);
    EXPECT_EQ(published.splits[f].val, generated.splits[f].val);
    EXPECT_EQ(published.splits[f].test, generated.splits[f].test);
  }
}

/// Three graphs of one node each, one fold; `train`, `val`, `test` are the index files.
std::string message_for_folds(const char* train, const char* val, const char* test) {
  const TemporaryFolder dir;
  dir.write("tu_text/CSL/CSL_A.txt", "");
  dir.write("tu_text/CSL/CSL_graph_indicator.txt", "1\n2\n3\n");
  dir.write("tu_text/CSL/CSL_graph_labels.txt", "0\n0\n1\n");
  dir.write("splits/CSL_train.index", train);
  dir.write("splits/CSL_val.index", val);
  dir.write("splits/CSL_test.index", test);
  return message_of([&] { (void)read_csl(dir.path()); }, dir.path());
}

TEST(ReadCsl, RefusesBrokenFolds) {
  EXPECT_EQ(message_for_folds("0\n", "1\n", "2\n"), "");
  EXPECT_EQ(message_for_folds("0,3\n", "1\n", "2\n"),
            "DIR/splits/CSL_train.index:1: graph id is out of range (expected an integer in 0..2, "
            "got \"3\")");
  EXPECT_EQ(message_for_folds("0\n", "1\n1\n", "2\n"),
            "DIR/splits/CSL_val.index: number of folds differs (expected 1 as in CSL_train.index, "
            "got 2)");
  EXPECT_EQ(message_for_folds("0,1\n", "1\n", "2\n"),
            "DIR/splits: split 0: graph 1 of the val part is in the train part already");
  EXPECT_EQ(message_for_folds("0,\n", "1\n", "2\n"),
            "DIR/splits/CSL_train.index:1: graph id is not an integer (expected an integer in "
            "0..2, got \"\")");
}

}  // namespace
}  // namespace isthmus::datasets::csl_test
