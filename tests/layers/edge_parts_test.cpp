#include "isthmus/layers/edge_parts.hpp"

#include <array>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "edge_cases.hpp"
#include "support/graph_factories.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

std::vector<std::int64_t> numbers(const at::Tensor& tensor) {
  return {tensor.data_ptr<std::int64_t>(), tensor.data_ptr<std::int64_t>() + tensor.numel()};
}

// Arcs 0->1 0->2 1->2 2->0 2->2 with types 0 2 1 0 2; types 0 and 2 are one part.
TEST(EdgeParts, HoldTheEdgesOfTheirTypes) {
  const std::vector<std::int64_t> src = {0, 0, 1, 2, 2};
  const std::vector<std::int64_t> dst = {1, 2, 2, 0, 2};
  const Graph graph = Graph::from_coo64(3, 3, src, dst);
  const at::Tensor type = torch::tensor(std::vector<std::int64_t>{0, 2, 1, 0, 2});
  const std::array<std::size_t, 3> part_of{0, 1, 0};
  EdgeParts parts;
  const std::vector<EdgeParts::Part>& two = parts.of("Test", graph, type, part_of);
  ASSERT_EQ(two.size(), 2U);
  EXPECT_THAT(two[0].graph.arcs(),
              ElementsAre(Edge{2, 0}, Edge{0, 1}, Edge{0, 2}, Edge{2, 2}));  // by destination
  EXPECT_THAT(numbers(two[0].edges), ElementsAre(3, 0, 1, 4));
  EXPECT_THAT(two[1].graph.arcs(), ElementsAre(Edge{1, 2}));
  EXPECT_THAT(numbers(two[1].edges), ElementsAre(2));
  EXPECT_EQ(two[1].graph.num_nodes(), 3);
}

TEST(EdgeParts, AreMadeAgainWhenGraphOrTypesChange) {
  const Graph graph = test::awkward_graph();
  at::Tensor type = test::edge_types(graph, 2, 1);
  const std::array<std::size_t, 2> part_of{0, 1};
  EdgeParts parts;
  const auto edges_of_last = [&](const Graph& of, const at::Tensor& types) {
    return parts.of("Test", of, types, part_of)[1].graph.num_edges();
  };
  const std::int64_t ones = type.sum().item<std::int64_t>();
  const void* const first = parts.of("Test", graph, type, part_of)[0].edges.data_ptr();
  EXPECT_EQ(parts.of("Test", graph, type, part_of)[0].edges.data_ptr(), first);  // kept
  EXPECT_EQ(edges_of_last(graph, type), ones);
  type.fill_(1);  // in place
  EXPECT_EQ(edges_of_last(graph, type), graph.num_edges());
  EXPECT_EQ(edges_of_last(graph, torch::zeros_like(type)), 0);
  const Graph other = test::complete(4);
  EXPECT_EQ(edges_of_last(other, torch::ones({12}, torch::kLong)), 12);
  const c10::InferenceMode guard;
  const at::Tensor unversioned = torch::zeros({graph.num_edges()}, torch::kLong);
  EXPECT_EQ(edges_of_last(graph, unversioned), 0);
  unversioned.fill_(1);
  EXPECT_EQ(edges_of_last(graph, unversioned), graph.num_edges());
}

TEST(EdgeParts, RefuseTypesWithoutAPart) {
  const Graph graph = test::awkward_graph();
  const std::array<std::size_t, 2> part_of{0, 1};
  for (const std::int64_t type : {-1, 2}) {
    EdgeParts parts;
    test::expect_check_fails(
        [&] {
          (void)parts.of("Test", graph, torch::full({graph.num_edges()}, type, torch::kLong),
                         part_of);
        },
        "Test: edge_type must be in 0..1, got " + std::to_string(type) + " at edge ");
  }
  EdgeParts none;
  EXPECT_EQ(none.of("Test", Graph(), torch::empty({0}, torch::kLong), {}).size(), 0U);
}

}  // namespace
}  // namespace isthmus::layers
