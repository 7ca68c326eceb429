#include "isthmus/layers/dagnn.hpp"

#include <cmath>

#include "isthmus/core/thread_budget.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

Dagnn double_dagnn(const DagnnOptions& options) {
  Dagnn dagnn(options);
  dagnn->to(torch::kDouble);
  return dagnn;
}

// Path 0 - 1 with loops: S is 1/2 everywhere. x = (2, 0), h_1 = (1, 1). Weight log 3, bias 0:
// gates of 2, 0, 1 are 9/10, 1/2, 3/4: out = (9/10 2 + 3/4, 3/4).
TEST(Dagnn, GivesTheAnswerByHandOnAnEdge) {
  Dagnn dagnn = double_dagnn(DagnnOptions(1).hops(1));
  const torch::NoGradGuard no_grad;
  dagnn->proj->weight.fill_(std::log(3.0));
  dagnn->proj->bias.zero_();
  const Graph edge = Graph::from_edges(2, std::vector<Edge>{{0, 1}});
  const at::Tensor y = dagnn->forward(torch::tensor({{2.0}, {0.0}}, torch::kDouble), edge);
  EXPECT_NEAR(y[0][0].item<double>(), 2.55, 1e-14);
  EXPECT_NEAR(y[1][0].item<double>(), 0.75, 1e-14);
}

class DagnnOnGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  const Graph graph_ =
      GetParam() == 0 ? test::awkward_graph() : test::random_graph(12, 30, GetParam());
  const at::Tensor x_ = test::features(graph_.num_nodes(), 3, GetParam());
};

TEST_P(DagnnOnGraph, EqualsItsFormulaWithDenseMatrices) {
  for (const bool loops : {true, false}) {
    for (const std::int64_t hops : {0, 4}) {
      Dagnn dagnn = double_dagnn(DagnnOptions(3).hops(hops).add_self_loops(loops));
      std::vector<at::Tensor> stack{x_};
      for (std::int64_t k = 0; k < hops; ++k) {
        stack.push_back(torch::matmul(test::dense_s(graph_, loops), stack.back()));
      }
      const at::Tensor all = torch::stack(stack, 1);  // [N, K + 1, C], as the paper has it
      const at::Tensor gates =
          torch::sigmoid(torch::matmul(all, dagnn->proj->weight.t()) + dagnn->proj->bias);
      EXPECT_LT(test::max_difference(dagnn->forward(x_, graph_), (gates * all).sum(1)), 1e-13);
    }
  }
}

TEST_P(DagnnOnGraph, MovesWithTheNodes) {
  Dagnn dagnn = double_dagnn(DagnnOptions(3).hops(3));
  EXPECT_LT(test::move_difference(
                graph_, x_, GetParam(),
                [&](const at::Tensor& x, const Graph& graph) { return dagnn->forward(x, graph); }),
            1e-13);
}

INSTANTIATE_TEST_SUITE_P(Seeds, DagnnOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(Dagnn, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  Dagnn dagnn = double_dagnn(DagnnOptions(2).hops(3));
  const at::Tensor x = test::features(6, 2, 2).requires_grad_(true);
  EXPECT_TRUE(
      test::module_gradcheck([&] { return dagnn->forward(x, graph); }, test::leaves_of(*dagnn, x)));
}

// 40,003 gates: ends of shares of threads fall inside of vectors.
TEST(Dagnn, GivesTheSameBitsForAnyNumberOfThreads) {
  ops::install_tensor_executor();
  const Graph graph = test::random_graph(40'003, 60'000, 1);
  const auto run = [&](int threads) {
    const ThreadBudget budget(threads);
    Dagnn dagnn(DagnnOptions(3).hops(2));
    const at::Tensor x = test::features(40'003, 3, 1).to(torch::kFloat).requires_grad_(true);
    at::Tensor y = dagnn->forward(x, graph);
    std::vector<at::Tensor> all =
        torch::autograd::grad({(y * y).sum()}, test::leaves_of(*dagnn, x));
    all.push_back(std::move(y));
    return all;
  };
  const std::vector<at::Tensor> one = run(1);
  const std::vector<at::Tensor> three = run(3);
  for (std::size_t i = 0; i < one.size(); ++i) {
    EXPECT_TRUE(torch::equal(one[i], three[i])) << i;
  }
}

TEST(Dagnn, NamesItsTensorsAndWhatDoesNotFit) {
  EXPECT_THAT(test::tensor_names(*Dagnn(4)), ElementsAre("proj.weight [1, 4]", "proj.bias [1]"));
  EXPECT_EQ(Dagnn(4)->options.hops(), 10);
  test::expect_check_fails([] { Dagnn(DagnnOptions(2).hops(-1)); },
                           "Dagnn: hops must be >= 0, got -1");
  test::expect_check_fails(
      [] {
        (void)Dagnn(2)->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "Dagnn: x must be floating [6, 2], got Float [6, 3]");
  EXPECT_EQ(Dagnn(2)->forward(torch::zeros({0, 2}), Graph()).size(0), 0);
  std::ostringstream text;
  Dagnn(2)->pretty_print(text);
  EXPECT_EQ(text.str(), "DAGNN(2, K=10)");
}

}  // namespace
}  // namespace isthmus::layers
