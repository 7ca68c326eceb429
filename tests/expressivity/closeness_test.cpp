#include "isthmus/expressivity/closeness.hpp"

#include <cmath>
#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::expressivity::closeness_test {
namespace {

using Counts = std::vector<std::vector<std::uint64_t>>;

/// Users x items.
Counts matrix_of(const Graph& graph) {
  Counts a(static_cast<std::size_t>(graph.num_dst()),
           std::vector<std::uint64_t>(static_cast<std::size_t>(graph.num_src())));
  for (const auto& [item, user] : graph.arcs()) {
    ++a[static_cast<std::size_t>(user)][static_cast<std::size_t>(item)];
  }
  return a;
}

Counts transposed(const Counts& a, std::size_t columns) {
  Counts t(columns, std::vector<std::uint64_t>(a.size()));
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      t[j][i] = a[i][j];
    }
  }
  return t;
}

/// x + a * y.
Counts plus_product(Counts x, const Counts& a, const Counts& y) {
  for (std::size_t i = 0; i < a.size(); ++i) {
    for (std::size_t k = 0; k < y.size(); ++k) {
      for (std::size_t j = 0; j < x[i].size(); ++j) {
        x[i][j] += a[i][k] * y[k][j];
      }
    }
  }
  return x;
}

/// The encoder as it is defined, on matrices.
Counts encoder(const Counts& a, std::size_t items, int k) {
  Counts r_user(a.size(), std::vector<std::uint64_t>(items));
  Counts r_item(items, std::vector<std::uint64_t>(items));
  for (std::size_t i = 0; i < items; ++i) {
    r_item[i][i] = 1;
  }
  const Counts at = transposed(a, items);
  for (int round = 0; round < k; ++round) {
    Counts user = plus_product(r_user, a, r_item);
    r_item = plus_product(r_item, at, r_user);
    r_user = std::move(user);
  }
  return r_user;
}

/// sum over odd j <= k of binom(k,j) W_j, W_j = A (A' A)^((j-1)/2).
Counts by_walks(const Counts& a, std::size_t items, int k) {
  Counts sum(a.size(), std::vector<std::uint64_t>(items));
  Counts walks = a;
  const Counts at = transposed(a, items);
  for (int j = 1; j <= k; j += 2) {
    std::uint64_t binomial = 1;
    for (int i = 0; i < j; ++i) {
      binomial = binomial * static_cast<std::uint64_t>(k - i) / static_cast<std::uint64_t>(i + 1);
    }
    for (std::size_t u = 0; u < a.size(); ++u) {
      for (std::size_t i = 0; i < items; ++i) {
        sum[u][i] += binomial * walks[u][i];
      }
    }
    const Counts back =
        plus_product(Counts(a.size(), std::vector<std::uint64_t>(a.size())), walks, at);
    walks = plus_product(Counts(a.size(), std::vector<std::uint64_t>(items)), back, a);
  }
  return sum;
}

// u0 - i0 - u1 - i1: one edge and one walk of three edges to i0 back and forth (through u1, and
// through itself): W_1 = 1, W_3 = 2; to i1: W_1 = 0, W_3 = 1. k = 3: 3 * 1 + 2 = 5 and 1.
TEST(Closeness, ByHand) {
  const std::vector<NodeId> items = {0, 0, 1};
  const std::vector<NodeId> users = {0, 1, 1};
  const Graph graph = Graph::from_coo(2, 2, items, users);
  EXPECT_EQ(closeness_scores(graph, 0, 3), (std::vector<std::uint64_t>{5, 1}));
  EXPECT_EQ(closeness_scores(graph, 0, 0), (std::vector<std::uint64_t>{0, 0}));
  EXPECT_EQ(closeness_scores(graph, 0, 2), (std::vector<std::uint64_t>{2, 0}));
  // From u1: W_1 = 1 and 1, W_3 = 3 and 2.
  EXPECT_EQ(closeness_scores(graph, 1, 3), (std::vector<std::uint64_t>{6, 5}));
  const std::vector<double> scores = {0.5, 0.25, 0.9, 0.1};
  const ClosenessResult right = closeness(graph, scores);
  EXPECT_EQ(right.concordant, 2);
  EXPECT_EQ(right.discordant, 0);
  EXPECT_EQ(right.tied, 0);
  EXPECT_TRUE(right.faithful());
  // Equal scores of items that are not equally close are wrong, any of equally close ones right.
  const std::vector<double> level(4, 1.0);
  EXPECT_EQ(closeness(graph, level).discordant, 2);
  EXPECT_FALSE(closeness(graph, level).faithful());
  EXPECT_EQ(closeness(graph, scores, {.k = 0}).tied, 2);
  EXPECT_TRUE(closeness(graph, level, {.k = 0}).faithful());
}

class ClosenessOnRandomGraphs : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(ClosenessOnRandomGraphs, ScoresAreTheEncoderAndTheSumOfWalks) {
  const test::ArcArrays arcs = test::random_arcs(7, 5, 14, GetParam());
  const Graph graph = Graph::from_coo(7, 5, arcs.src, arcs.dst);
  const Counts a = matrix_of(graph);
  for (const int k : {1, 2, 3, 6}) {
    const Counts expected = encoder(a, 7, k);
    EXPECT_EQ(expected, by_walks(a, 7, k));
    for (NodeId u = 0; u < 5; ++u) {
      EXPECT_EQ(closeness_scores(graph, u, k), expected[static_cast<std::size_t>(u)]);
    }
  }
}

TEST_P(ClosenessOnRandomGraphs, CountsAreThoseOfAllPairsOfItems) {
  const test::ArcArrays arcs = test::random_arcs(40, 70, 200, GetParam());
  const Graph graph = Graph::from_coo(40, 70, arcs.src, arcs.dst);
  RandomStream draws(GetParam(), 3);
  std::vector<double> scores;
  for (int i = 0; i < 40 * 70; ++i) {
    scores.push_back(static_cast<double>(draws.integer(20)));
  }
  ClosenessResult expected;
  for (NodeId u = 0; u < 70; ++u) {
    const std::vector<std::uint64_t> close = closeness_scores(graph, u, 3);
    const double* const score = scores.data() + static_cast<std::ptrdiff_t>(u) * 40;
    for (std::size_t i = 0; i < 40; ++i) {
      for (std::size_t j = 0; j < i; ++j) {
        if (close[i] == close[j]) {
          ++expected.tied;
        } else if (close[i] < close[j] ? score[i] < score[j] : score[i] > score[j]) {
          ++expected.concordant;
        } else {
          ++expected.discordant;
        }
      }
    }
  }
  const auto check = [&] {
    const ClosenessResult result = closeness(graph, scores);
    EXPECT_EQ(result.concordant, expected.concordant);
    EXPECT_EQ(result.discordant, expected.discordant);
    EXPECT_EQ(result.tied, expected.tied);
  };
  check();
  const ThreadBudget one(1);
  check();
}

TEST_P(ClosenessOnRandomGraphs, TheScoresThemselvesAreFaithful) {
  const Graph graph = test::erdos_renyi(12, 0.3, GetParam());
  std::vector<double> scores;
  for (NodeId u = 0; u < 12; ++u) {
    for (const std::uint64_t x : closeness_scores(graph, u, 3)) {
      scores.push_back(static_cast<double>(x));
    }
  }
  EXPECT_TRUE(closeness(graph, scores).faithful());
  for (double& x : scores) {
    x = -x;
  }
  EXPECT_EQ(closeness(graph, scores).concordant, 0);
}

INSTANTIATE_TEST_SUITE_P(Seeds, ClosenessOnRandomGraphs, ::testing::Range<std::uint64_t>(0, 4));

// In a complete graph walks multiply by 63 a step: 2^64 is passed, exactly one round late enough.
TEST(Closeness, OverflowIsAnErrorAndTheLastExactRoundIsNot) {
  // One user and one item: both sides double each round, to 2^63 after 64 rounds.
  const std::vector<NodeId> zero = {0};
  const Graph pair = Graph::from_coo(1, 1, zero, zero);
  EXPECT_EQ(closeness_scores(pair, 0, 64), std::vector<std::uint64_t>{std::uint64_t{1} << 63U});
  EXPECT_EQ(test::message_of<ResourceLimit>([&] { (void)closeness_scores(pair, 0, 65); }),
            "closeness: walk counts must stay below 2^64, user 0 passes it in round 65 of 65");
}

TEST(Closeness, EmptyGraphs) {
  EXPECT_TRUE(closeness(Graph(), {}).faithful());
  const Graph users_alone = Graph::from_coo(0, 3, {}, {});
  EXPECT_TRUE(closeness(users_alone, {}).faithful());
}

TEST(Closeness, NamesBadArguments) {
  const Graph graph = test::path(2);
  const std::vector<double> scores = {0, 1, std::nan(""), 0};
  const auto message = [&](std::span<const double> given, std::int32_t k) {
    return test::message_of<InvalidArgument>([&] { (void)closeness(graph, given, {.k = k}); });
  };
  EXPECT_EQ(message(scores, 3), "closeness: scores must not be NaN, got one for user 1 and item 0");
  EXPECT_EQ(message({}, 3), "closeness: scores must have 4 entries, got 0");
  EXPECT_EQ(message({}, -1), "closeness: k must be >= 0, got -1");
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)closeness_scores(graph, 2, 1); }),
            "closeness_scores: user must be in [0, 2), got 2");
  EXPECT_EQ(test::message_of<InvalidArgument>([&] { (void)closeness_scores(graph, 0, -1); }),
            "closeness_scores: k must be >= 0, got -1");
  ClosenessOptions options;
  options.cancel.request();
  const std::vector<double> level(4);
  EXPECT_EQ(test::message_of<Interrupted>([&] { (void)closeness(graph, level, options); }),
            "closeness: cancelled");
}

}  // namespace
}  // namespace isthmus::expressivity::closeness_test
