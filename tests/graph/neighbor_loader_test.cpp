#include "isthmus/graph/neighbor_loader.hpp"

#include <algorithm>
#include <numeric>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "support/graph_factories.hpp"
#include "support/message_of.hpp"

namespace isthmus::neighbor_loader_test {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;
using Ids = std::vector<NodeId>;

Ids range(NodeId first, NodeId count) {
  Ids ids(static_cast<std::size_t>(count));
  std::iota(ids.begin(), ids.end(), first);
  return ids;
}

NeighborSampler sampler_of(const Graph& graph, std::uint64_t seed = 0) {
  return NeighborSampler(graph, {.fanouts = {3, 2}, .seed = seed});
}

auto bits_of(const NeighborSample& s) {
  return std::make_tuple(s.n_id, s.e_id, s.graph.arcs().size(), s.batch_size);
}
using Bits = decltype(bits_of(NeighborSample()));

std::vector<Bits> epoch_bits(const NeighborLoader& loader, std::uint32_t epoch,
                             std::int64_t first = 0) {
  std::vector<Bits> bits;
  auto batches = loader.epoch(epoch, first);
  while (const auto sample = batches.next()) {
    bits.push_back(bits_of(*sample));
  }
  return bits;
}

// 10 seeds by 4: 4 + 4 + 2.
TEST(NeighborLoader, CutsSeedsIntoBatches) {
  const Graph g = test::complete(20);
  const NeighborLoader in_order(sampler_of(g), range(5, 10), {.batch_size = 4, .shuffle = false});
  ASSERT_EQ(in_order.num_batches(), 3);
  EXPECT_THAT(in_order.seeds_of(0, 0), ElementsAre(5, 6, 7, 8));
  EXPECT_THAT(in_order.seeds_of(9, 2), ElementsAre(13, 14));
  EXPECT_EQ(in_order.batch(0, 2).batch_size, 2);
  const NeighborLoader full(sampler_of(g), range(5, 10), {.batch_size = 4, .drop_last = true});
  EXPECT_EQ(full.num_batches(), 2);
  EXPECT_EQ(epoch_bits(full, 0).size(), 2U);
  const NeighborLoader exact(sampler_of(g), range(0, 8), {.batch_size = 4});
  EXPECT_EQ(exact.num_batches(), 2);
  const NeighborLoader none(sampler_of(g), {}, {.batch_size = 4});
  EXPECT_EQ(none.num_batches(), 0);
  EXPECT_THAT(epoch_bits(none, 0), IsEmpty());
  const NeighborLoader few(sampler_of(g), range(0, 3), {.batch_size = 4, .drop_last = true});
  EXPECT_EQ(few.num_batches(), 0);
}

TEST(NeighborLoader, ShufflesEveryEpochAndMissesNoSeed) {
  const NeighborLoader loader(sampler_of(test::complete(40)), range(0, 40), {.batch_size = 7});
  std::set<Ids> orders;
  for (const std::uint32_t epoch : {0U, 1U, 2U, 1U, 0U}) {
    Ids order;
    for (std::int64_t b = 0; b < loader.num_batches(); ++b) {
      const Ids part = loader.seeds_of(epoch, b);
      order.insert(order.end(), part.begin(), part.end());
    }
    orders.insert(order);
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, range(0, 40));
  }
  EXPECT_EQ(orders.size(), 3U);  // an epoch looked at again is the same
  EXPECT_EQ(orders.count(range(0, 40)), 0U);
}

TEST(NeighborLoader, SamplesAroundTheSeedsByTheKeyOfTheBatch) {
  const Graph g = test::random_multigraph(60, 500, 1);
  const NeighborLoader loader(sampler_of(g, 4), range(10, 30), {.batch_size = 8});
  const NeighborSample expected = sampler_of(g, 4).sample(loader.seeds_of(3, 2), {3, 2});
  EXPECT_EQ(bits_of(loader.batch(3, 2)), bits_of(expected));
}

class LoaderWithPrefetch : public ::testing::TestWithParam<std::int64_t> {};

TEST_P(LoaderWithPrefetch, GivesTheBitsOfBatchesMadeOneByOne) {
  const Graph g = test::random_multigraph(400, 4000, 2);
  const NeighborLoader loader(sampler_of(g, 1), range(0, 300),
                              {.batch_size = 32, .prefetch = GetParam()});
  std::vector<Bits> expected;
  for (std::int64_t b = 0; b < loader.num_batches(); ++b) {
    expected.push_back(bits_of(loader.batch(5, b)));
  }
  for (const int threads : {1, 2, 4}) {
    const ThreadBudget budget(threads);
    EXPECT_EQ(epoch_bits(loader, 5), expected);
    // Resumed in the middle.
    const auto rest = epoch_bits(loader, 5, 6);
    EXPECT_EQ(rest, std::vector<Bits>(expected.begin() + 6, expected.end()));
    EXPECT_THAT(epoch_bits(loader, 5, loader.num_batches()), IsEmpty());
    // Given up in the middle.
    auto batches = loader.epoch(5);
    ASSERT_TRUE(batches.next());
  }
}
INSTANTIATE_TEST_SUITE_P(Depths, LoaderWithPrefetch, ::testing::Values(0, 1, 2, 20));

TEST(NeighborLoader, RefusesBadArgumentsAndSaysWhichValue) {
  const Graph g = test::path(5);
  const auto make = [&](Ids seeds, NeighborLoaderOptions options) {
    return [&, seeds, options] { const NeighborLoader loader(sampler_of(g), seeds, options); };
  };
  EXPECT_THAT(test::message_of<InvalidArgument>(make({0}, {.batch_size = 0})),
              "NeighborLoader: batch_size must be >= 1, got 0");
  EXPECT_THAT(test::message_of<InvalidArgument>(make({0}, {.prefetch = -1})),
              "NeighborLoader: prefetch must be >= 0, got -1");
  EXPECT_THAT(test::message_of<InvalidArgument>(make({0, 5}, {})),
              "NeighborLoader: seeds[1] must be in [0, 5), got 5");
  EXPECT_THAT(test::message_of<InvalidArgument>(make({3, 1, 3}, {})),
              "NeighborLoader: seeds[2] must differ from all before it, got 3");
  const NeighborLoader loader(sampler_of(g), {0, 1}, {.batch_size = 1});
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)loader.batch(0, 2); }),
              "NeighborLoader: batch must be in [0, 2), got 2");
  EXPECT_THAT(test::message_of<InvalidArgument>([&] { (void)loader.epoch(0, 3); }),
              "Prefetch: first must be <= end, which is 2, got 3");
}

}  // namespace
}  // namespace isthmus::neighbor_loader_test
