#include "isthmus/datasets/minesweeper.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <numeric>
#include <set>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/datasets/load.hpp"

#include "datasets/data_roots.hpp"

namespace isthmus::datasets::minesweeper_test {
namespace {

using test::message_of;
using ::testing::ElementsAre;

std::vector<std::uint8_t> hidden_of(const Features& x) {
  std::vector<std::uint8_t> hidden;
  for (std::int64_t v = 0; v < x.num_rows; ++v) {
    hidden.push_back(x.dense[static_cast<std::size_t>(v * x.num_cols)] == 1.0F ? 1 : 0);
  }
  return hidden;
}

// By hand, on the grid  0 1 2  with a mine at 1: node 0 sees one mine (column 2), node 1 sees none
//                       3 4 5  (column 1), node 5 is hidden (column 0).
TEST(MinesweeperFeatures, CodeTheCountOfMinesAround) {
  const Graph grid = minesweeper({.rows = 2, .cols = 3}).graphs[0];
  const std::vector<std::int64_t> mine{0, 1, 0, 0, 0, 0};
  const Features x = minesweeper_features(grid, mine, std::vector<std::uint8_t>{0, 0, 0, 0, 0, 1});
  ASSERT_EQ(x.num_cols, 7);
  const auto column = [&x](std::size_t v) {
    const auto* row = x.dense.data() + v * 7;
    EXPECT_EQ(std::accumulate(row, row + 7, 0.0F), 1.0F);
    return std::max_element(row, row + 7) - row;
  };
  EXPECT_EQ(column(0), 2);
  EXPECT_EQ(column(1), 1);
  EXPECT_EQ(column(4), 2);
  EXPECT_EQ(column(5), 0);
}

// The middle of a 3 x 3 grid full of mines has eight of them around: column 1 + 5.
TEST(MinesweeperFeatures, PutFiveMinesAndMoreIntoOneColumn) {
  const Graph grid = minesweeper({.rows = 3, .cols = 3}).graphs[0];
  const Features x =
      minesweeper_features(grid, std::vector<std::int64_t>(9, 1), std::vector<std::uint8_t>(9, 0));
  EXPECT_EQ(x.dense[4 * 7 + 6], 1.0F);
  EXPECT_EQ(x.dense[0 * 7 + 4], 1.0F);  // a corner: three around
  EXPECT_EQ(x.dense[1 * 7 + 6], 1.0F);  // a side: five around
}

TEST(MinesweeperFeatures, RejectArraysOfAnotherSize) {
  const Graph grid = minesweeper({.rows = 2, .cols = 2}).graphs[0];
  EXPECT_EQ(message_of([&] {
              (void)minesweeper_features(grid, std::vector<std::int64_t>(3, 0),
                                         std::vector<std::uint8_t>(4, 0));
            }),
            "minesweeper_features: mine and hidden must have one entry per node (4), got 3 and 4");
}

/// Brute force: two nodes touch if they differ by at most one in row and column.
TEST(Minesweeper, JoinsExactlyTheNodesThatTouch) {
  const std::int64_t cols = 5;
  const Graph grid = minesweeper({.rows = 4, .cols = cols}).graphs[0];
  std::vector<Edge> expected;
  for (std::int64_t u = 0; u < 20; ++u) {
    for (std::int64_t v = u + 1; v < 20; ++v) {
      if (std::abs(u / cols - v / cols) <= 1 && std::abs(u % cols - v % cols) <= 1) {
        expected.push_back({static_cast<NodeId>(u), static_cast<NodeId>(v)});
      }
    }
  }
  EXPECT_EQ(grid.edges(), expected);
  EXPECT_TRUE(grid.is_symmetric());
}

TEST(Minesweeper, HandlesASingleNodeAndALine) {
  const Dataset one = minesweeper({.rows = 1, .cols = 1, .mines = 0.0});
  EXPECT_EQ(one.num_arcs(), 0);
  EXPECT_EQ(one.report.isolated_nodes, 1);
  EXPECT_EQ(minesweeper({.rows = 1, .cols = 6}).graphs[0].edges().size(), 5U);
}

class MinesweeperOfSeed : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(MinesweeperOfSeed, HasItsSharesAndStratifiedSplits) {
  const Dataset dataset = minesweeper({.rows = 20, .cols = 30, .splits = 3, .seed = GetParam()});
  EXPECT_EQ(std::count(dataset.y.begin(), dataset.y.end(), 1), 120);
  const auto hidden = hidden_of(dataset.x);
  EXPECT_EQ(std::count(hidden.begin(), hidden.end(), 1), 300);
  EXPECT_EQ(minesweeper_features(dataset.graphs[0], dataset.y, hidden).dense, dataset.x.dense);
  ASSERT_EQ(dataset.splits.size(), 3U);
  for (const Split& split : dataset.splits) {
    EXPECT_EQ(split.train.size(), 300U);
    EXPECT_EQ(split.val.size(), 150U);
    EXPECT_EQ(split.test.size(), 150U);
    const auto mines = std::count_if(split.train.begin(), split.train.end(), [&](std::int64_t v) {
      return dataset.y[static_cast<std::size_t>(v)] == 1;
    });
    EXPECT_EQ(mines, 60);
  }
  EXPECT_NE(dataset.splits[0].train, dataset.splits[1].train);
  // Mines do not tell who is hidden: half of them are, within 4 sigma (sigma < 5).
  std::int64_t hidden_mines = 0;
  for (std::size_t v = 0; v < hidden.size(); ++v) {
    hidden_mines += hidden[v] != 0 && dataset.y[v] == 1 ? 1 : 0;
  }
  EXPECT_NEAR(static_cast<double>(hidden_mines), 60.0, 20.0);
}

TEST_P(MinesweeperOfSeed, DependsOnTheSeedAlone) {
  const MinesweeperOptions options{.rows = 10, .cols = 10, .seed = GetParam()};
  MinesweeperOptions other = options;
  other.seed += 1;
  EXPECT_EQ(content_sha256(minesweeper(options)), content_sha256(minesweeper(options)));
  EXPECT_NE(minesweeper(options).y, minesweeper(other).y);
  MinesweeperOptions fewer = options;
  fewer.splits = 2;
  EXPECT_EQ(minesweeper(fewer).splits[1].test, minesweeper(options).splits[1].test);
}

INSTANTIATE_TEST_SUITE_P(Seeds, MinesweeperOfSeed, ::testing::Range<std::uint64_t>(0, 6));

TEST(Minesweeper, RejectsBadOptionsAndSaysWhichValue) {
  EXPECT_EQ(message_of([] { (void)minesweeper({.rows = 0}); }),
            "minesweeper: rows must be >= 1, got 0");
  EXPECT_EQ(message_of([] { (void)minesweeper({.cols = -3}); }),
            "minesweeper: cols must be >= 1, got -3");
  EXPECT_EQ(message_of([] { (void)minesweeper({.rows = 100'000, .cols = 100'000}); }),
            "minesweeper: rows * cols must be below 2^31, got 100000 * 100000");
  EXPECT_EQ(message_of([] { (void)minesweeper({.mines = 1.5}); }),
            "minesweeper: mines must be in [0, 1], got 1.5");
  EXPECT_EQ(message_of([] { (void)minesweeper({.hidden = -0.5}); }),
            "minesweeper: hidden must be in [0, 1], got -0.5");
  EXPECT_EQ(message_of([] { (void)minesweeper({.splits = -1}); }),
            "minesweeper: splits must be >= 0, got -1");
  EXPECT_THROW((void)minesweeper({.rows = 0}), InvalidArgument);
}

TEST(Minesweeper, HasTheEdgesAndTheFeatureCodeOfThePublishedFile) {
  ISTHMUS_NEEDS_SET("minesweeper");
  const Dataset published = load("minesweeper", test::roots());
  const Dataset generated = minesweeper();
  EXPECT_EQ(published.graphs[0].arcs(), generated.graphs[0].arcs());
  EXPECT_EQ(published.graphs[0].edges().size(), 39402U);
  const Features x = minesweeper_features(published.graphs[0], published.y, hidden_of(published.x));
  EXPECT_EQ(x.dense, published.x.dense);
}

}  // namespace
}  // namespace isthmus::datasets::minesweeper_test
