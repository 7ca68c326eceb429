#include "expressivity/modular_product.hpp"

#include <array>
#include <cstdint>
#include <set>
#include <vector>

#include <gtest/gtest.h>

#include "support/graph_factories.hpp"

namespace isthmus::expressivity::modular_product_test {
namespace {

constexpr std::array<std::uint64_t, 3> kModuli = {4194301, 4194287, 4194277};

std::array<std::uint64_t, 3> residues(const Signature& sum) {
  return {sum.a, sum.b >> 32U, sum.b & 0xFFFFFFFFU};
}

// By hand: where all pairs have one colour, a sum over n nodes is n f g, so n times that of one
// node. 300 and 700 nodes end a panel of 128 lines and a block of 256 terms in the middle.
TEST(ModularProduct, OfOneColourIsAMultipleOfOneTerm) {
  const std::vector<WlGraph> graphs = {
      {.graph = test::isolated(1)}, {.graph = test::isolated(300)}, {.graph = test::isolated(700)}};
  const TupleFrame frame(graphs, 2);
  const std::vector<std::uint32_t> colour(static_cast<std::size_t>(frame.tuples()), 7);
  std::vector<Signature> sum(colour.size());
  ModularProduct(frame, 3).run(1, colour, {}, sum);
  const std::array<std::uint64_t, 3> one = residues(sum[0]);
  for (const TupleGraph& graph : frame.graphs()) {
    for (std::int64_t i = 0; i < graph.tuples(); ++i) {
      const std::array<std::uint64_t, 3> here = residues(sum[index(graph.first + i)]);
      for (std::size_t p = 0; p < kModuli.size(); ++p) {
        ASSERT_EQ(here[p], static_cast<std::uint64_t>(graph.n) * one[p] % kModuli[p]);
      }
    }
  }
}

// Constants depend on the seed and on the round.
TEST(ModularProduct, DrawsAnewForEachSeedAndRound) {
  const std::vector<WlGraph> graphs = {{.graph = test::isolated(1)}};
  const TupleFrame frame(graphs, 2);
  const std::vector<std::uint32_t> colour = {0};
  const auto sum_of = [&](std::uint64_t seed, std::int32_t round) {
    std::vector<Signature> sum(1);
    ModularProduct(frame, seed).run(round, colour, {}, sum);
    return sum[0];
  };
  EXPECT_EQ(sum_of(1, 1), sum_of(1, 1));
  if (ISTHMUS_WL_MIX_BITS == 64) {
    EXPECT_NE(sum_of(1, 1), sum_of(2, 1));
    EXPECT_NE(sum_of(1, 1), sum_of(1, 2));
  }
}

// A thousand terms modulo each prime: all residues are there, and hardly two are alike.
TEST(ModularProduct, HoldsAResidueOfEachPrime) {
  if (ISTHMUS_WL_MIX_BITS != 64) {
    GTEST_SKIP() << "residues are cut to " << ISTHMUS_WL_MIX_BITS << " bits";
  }
  std::array<std::set<std::uint64_t>, 3> seen;
  const std::vector<WlGraph> graphs = {{.graph = test::isolated(1)}};
  const TupleFrame frame(graphs, 2);
  for (std::uint32_t colour = 0; colour < 1'000; ++colour) {
    std::vector<Signature> sum(1);
    ModularProduct(frame, 1).run(1, std::vector<std::uint32_t>{colour}, {}, sum);
    const std::array<std::uint64_t, 3> here = residues(sum[0]);
    for (std::size_t p = 0; p < seen.size(); ++p) {
      EXPECT_LT(here[p], kModuli[p]);
      seen[p].insert(here[p]);
    }
  }
  for (const std::set<std::uint64_t>& of_prime : seen) {
    EXPECT_GT(of_prime.size(), 990U);
  }
}

}  // namespace
}  // namespace isthmus::expressivity::modular_product_test
