#include "isthmus/explain/random_explainer.hpp"

#include <gtest/gtest.h>

#include "explain_cases.hpp"

namespace isthmus::explain {
namespace {

TEST(RandomExplainer, DrawsUniformNumbers) {
  const test::Houses set = test::houses();
  Subject all = subject_of_graph(test::made({.dim_in = 4, .dim_out = 2}), set.input, 0);
  const Explanation found = random_explainer(all);
  const auto in_unit = [](const at::Tensor& mask) {
    return mask.gt(0).logical_and(mask.lt(1)).all().item<bool>();
  };
  EXPECT_TRUE(in_unit(found.edge_mask));
  EXPECT_TRUE(in_unit(found.x_mask));
  // 900 uniform numbers: the deviation of their mean is 0.01.
  EXPECT_NEAR(found.x_mask.mean().item<double>(), 0.5, 0.04);
  EXPECT_NEAR(found.x_mask.std().item<double>(), 0.2887, 0.03);
  EXPECT_TRUE(found.edge_mask.equal(random_explainer(all).edge_mask));
  EXPECT_FALSE(found.edge_mask.equal(random_explainer(all, {.seed = 1}).edge_mask));
  Subject other = all;
  other.number = 1;  // edge e of one graph has nothing to do with edge e of the next
  EXPECT_FALSE(found.edge_mask.equal(random_explainer(other).edge_mask));
  EXPECT_FALSE(random_explainer(all, {.masks = {.edge = false}}).edge_mask.defined());
}

// The number of an edge is that of its place in the whole graph, and another for another target.
TEST(RandomExplainer, DoesNotDependOnTheCutOut) {
  const test::Houses set = test::houses();
  const layers::Gnn model = test::made({.dim_in = 4, .dim_out = 2});
  const Subject part = subject_of_node(model, set.input, 101);
  Subject whole = part;
  whole.nodes.resize(test::kNodes);
  whole.edges.resize(set.truth.size());
  for (std::size_t i = 0; i < whole.edges.size(); ++i) {
    whole.edges[i] = static_cast<std::int64_t>(i);
  }
  for (std::size_t i = 0; i < whole.nodes.size(); ++i) {
    whole.nodes[i] = static_cast<std::int64_t>(i);
  }
  whole.row = 101;
  const at::Tensor of_part = random_explainer(part).edge_mask;
  const at::Tensor of_whole = random_explainer(whole).edge_mask;
  for (std::size_t e = 0; e < part.edges.size(); ++e) {
    EXPECT_EQ(of_part[static_cast<std::int64_t>(e)].item<float>(),
              of_whole[part.edges[e]].item<float>());
  }
  EXPECT_NE(of_part[0].item<float>(),
            random_explainer(subject_of_node(model, set.input, 106)).edge_mask[0].item<float>());
}

}  // namespace
}  // namespace isthmus::explain
