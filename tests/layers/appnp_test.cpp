#include "isthmus/layers/appnp.hpp"

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

// Path 0 - 1 with loops: S is 1/2 everywhere. x = (1, 0), alpha = 1/4, one hop:
// (3/4 1/2 + 1/4, 3/4 1/2) = (5/8, 3/8); the second gives S h = (1/2, 1/2) again: the same.
TEST(Appnp, GivesTheAnswerByHandOnAnEdge) {
  const Graph edge = Graph::from_edges(2, std::vector<Edge>{{0, 1}});
  const at::Tensor x = torch::tensor({{1.0}, {0.0}}, torch::kDouble);
  const at::Tensor expected = torch::tensor({{0.625}, {0.375}}, torch::kDouble);
  EXPECT_LT(test::max_difference(Appnp(1, 0.25)->forward(x, edge), expected), 1e-15);
  EXPECT_LT(test::max_difference(Appnp(2, 0.25)->forward(x, edge), expected), 1e-15);
  EXPECT_TRUE(torch::equal(Appnp(0, 0.25)->forward(x, edge), x));
}

class AppnpOnGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  const Graph graph_ =
      GetParam() == 0 ? test::awkward_graph() : test::random_graph(12, 30, GetParam());
  const at::Tensor x_ = test::features(graph_.num_nodes(), 3, GetParam());
};

TEST_P(AppnpOnGraph, EqualsItsFormulaWithDenseMatrices) {
  const auto expect = [&](const AppnpOptions& options, const at::Tensor& s) {
    at::Tensor h = x_;
    for (std::int64_t k = 0; k < options.hops(); ++k) {
      h = (1.0 - options.alpha()) * torch::matmul(s, h) + options.alpha() * x_;
    }
    EXPECT_LT(test::max_difference(Appnp(options)->forward(x_, graph_), h), 1e-12);
  };
  const AppnpOptions base(4, 0.2);
  expect(base, test::dense_s(graph_, true));
  expect(AppnpOptions(base).add_self_loops(false), test::dense_s(graph_, false));
  expect(AppnpOptions(base).normalize(false), test::adjacency(graph_));
}

TEST_P(AppnpOnGraph, MovesWithTheNodes) {
  Appnp appnp(3, 0.1);
  EXPECT_LT(test::move_difference(
                graph_, x_, GetParam(),
                [&](const at::Tensor& x, const Graph& graph) { return appnp->forward(x, graph); }),
            1e-13);
}

// With many hops h solves h = (1 - alpha) S h + alpha x: the personalised PageRank.
TEST_P(AppnpOnGraph, ReachesPersonalisedPageRank) {
  const at::Tensor s = test::dense_s(graph_, true);
  const at::Tensor eye = torch::eye(graph_.num_nodes(), torch::kDouble);
  const at::Tensor limit = torch::matmul(torch::inverse(eye - 0.7 * s), 0.3 * x_);
  EXPECT_LT(test::max_difference(Appnp(150, 0.3)->forward(x_, graph_), limit), 1e-10);
}

INSTANTIATE_TEST_SUITE_P(Seeds, AppnpOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(Appnp, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 2, 2).requires_grad_(true);
  for (const bool loops : {true, false}) {
    Appnp appnp(AppnpOptions(3, 0.2).add_self_loops(loops));
    EXPECT_TRUE(test::module_gradcheck([&] { return appnp->forward(x, graph); }, {x}));
  }
}

// 49,021 numbers, rows of 7: ends of shares of threads fall inside of vectors.
TEST(Appnp, GivesTheSameBitsForAnyNumberOfThreads) {
  ops::install_tensor_executor();
  const Graph graph = test::random_graph(7'003, 30'000, 1);
  const auto run = [&](int threads) {
    const ThreadBudget budget(threads);
    const at::Tensor x = test::features(7'003, 7, 1).to(torch::kFloat).requires_grad_(true);
    const at::Tensor y = Appnp(3, 0.1)->forward(x, graph);
    return std::pair{y, torch::autograd::grad({y.pow(2).sum()}, {x})[0]};
  };
  const auto [one, one_grad] = run(1);
  const auto [three, three_grad] = run(3);
  EXPECT_TRUE(torch::equal(one, three));
  EXPECT_TRUE(torch::equal(one_grad, three_grad));
}

TEST(Appnp, HasNoTensorsAndNamesWhatDoesNotFit) {
  EXPECT_TRUE(test::tensor_names(*Appnp(2, 0.1)).empty());
  test::expect_check_fails([] { Appnp(-1, 0.1); }, "Appnp: hops must be >= 0, got -1");
  test::expect_check_fails([] { Appnp(1, 1.5); }, "Appnp: alpha must be in [0, 1], got 1.5");
  test::expect_check_fails([] { (void)Appnp(1, 0.1)->forward({}, test::awkward_graph()); },
                           "Appnp: x must be floating [N, C], got an undefined tensor");
  test::expect_check_fails(
      [] {
        (void)Appnp(1, 0.1)->forward(torch::zeros({5, 2}), test::awkward_graph());
      },
      "Appnp: x must be floating [6, 2], got Float [5, 2]");
  EXPECT_EQ(Appnp(2, 0.1)->forward(torch::zeros({0, 2}), Graph()).size(0), 0);
  std::ostringstream text;
  Appnp(10, 0.1)->pretty_print(text);
  EXPECT_EQ(text.str(), "APPNP(K=10, alpha=0.1)");
}

}  // namespace
}  // namespace isthmus::layers
