#include "isthmus/layers/gcn2_conv.hpp"

#include <cmath>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ::testing::ElementsAre;

Gcn2Conv double_conv(const Gcn2ConvOptions& options) {
  Gcn2Conv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

// Path 0 - 1 with loops: S is 1/2 everywhere. x = (4, 0), x_0 = (0, 8), alpha = 1/4:
// h = 3/4 (2, 2) + 1/4 (0, 8) = (1.5, 3.5). beta = log(1 + 1) = log 2, W = 3:
// out = (1 - log 2 + 3 log 2) h.
TEST(Gcn2Conv, GivesTheAnswerByHandOnAnEdge) {
  Gcn2Conv conv = double_conv(Gcn2ConvOptions(1, 0.25).theta(2.0).layer(2));
  const torch::NoGradGuard no_grad;
  conv->weight1.fill_(3.0);
  const Graph edge = Graph::from_edges(2, std::vector<Edge>{{0, 1}});
  const at::Tensor y = conv->forward(torch::tensor({{4.0}, {0.0}}, torch::kDouble),
                                     torch::tensor({{0.0}, {8.0}}, torch::kDouble), edge);
  const double factor = 1.0 + 2.0 * std::log(2.0);
  EXPECT_NEAR(y[0][0].item<double>(), factor * 1.5, 1e-14);
  EXPECT_NEAR(y[1][0].item<double>(), factor * 3.5, 1e-14);
}

class Gcn2ConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  const Graph graph_ =
      GetParam() == 0 ? test::awkward_graph() : test::random_graph(12, 30, GetParam());
  const at::Tensor x_ = test::features(graph_.num_nodes(), 3, GetParam());
  const at::Tensor start_ = test::features(graph_.num_nodes(), 3, GetParam() + 100);
};

TEST_P(Gcn2ConvOnGraph, EqualsItsFormulaWithDenseMatrices) {
  const auto expect = [&](const Gcn2ConvOptions& options, const at::Tensor& s) {
    Gcn2Conv conv = double_conv(options);
    const double alpha = options.alpha();
    const double beta = options.theta()
                            ? std::log1p(*options.theta() / static_cast<double>(*options.layer()))
                            : 1.0;
    const at::Tensor eye = torch::eye(3, torch::kDouble);
    const at::Tensor first = (1 - beta) * eye + beta * conv->weight1;
    const at::Tensor second =
        conv->weight2.defined() ? (1 - beta) * eye + beta * conv->weight2 : first;
    const at::Tensor expected = torch::matmul((1 - alpha) * torch::matmul(s, x_), first) +
                                torch::matmul(alpha * start_, second);
    EXPECT_LT(test::max_difference(conv->forward(x_, start_, graph_), expected), 1e-13);
  };
  const Gcn2ConvOptions base(3, 0.2);
  expect(base, test::dense_s(graph_, true));
  expect(Gcn2ConvOptions(base).theta(0.5).layer(3), test::dense_s(graph_, true));
  expect(Gcn2ConvOptions(base).theta(1.5).layer(1).shared_weights(false),
         test::dense_s(graph_, true));
  expect(Gcn2ConvOptions(base).add_self_loops(false), test::dense_s(graph_, false));
  expect(Gcn2ConvOptions(base).normalize(false), test::adjacency(graph_));
}

TEST_P(Gcn2ConvOnGraph, MovesWithTheNodes) {
  Gcn2Conv conv = double_conv(Gcn2ConvOptions(3, 0.1).theta(0.5).layer(1));
  const auto both = torch::cat({x_, start_}, 1);
  EXPECT_LT(test::move_difference(graph_, both, GetParam(),
                                  [&](const at::Tensor& x, const Graph& graph) {
                                    return conv->forward(x.slice(1, 0, 3), x.slice(1, 3, 6), graph);
                                  }),
            1e-13);
}

INSTANTIATE_TEST_SUITE_P(Seeds, Gcn2ConvOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(Gcn2Conv, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  for (const bool shared : {true, false}) {
    Gcn2Conv conv = double_conv(Gcn2ConvOptions(2, 0.2).theta(0.5).layer(2).shared_weights(shared));
    const at::Tensor x = test::features(6, 2, 2).requires_grad_(true);
    const at::Tensor start = test::features(6, 2, 3).requires_grad_(true);
    std::vector<at::Tensor> leaves = test::leaves_of(*conv, x);
    leaves.push_back(start);
    EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, start, graph); }, leaves));
  }
}

TEST(Gcn2Conv, TakesItsStartFromTheContext) {
  const Graph graph = test::awkward_graph();
  Gcn2Conv conv = double_conv(Gcn2ConvOptions(2, 0.5));
  const at::Tensor x = test::features(6, 2, 2);
  ConvContext context(graph);
  context.initial = test::features(6, 2, 3);
  EXPECT_TRUE(torch::equal(conv->propagate(x, context), conv->forward(x, context.initial, graph)));
  context.initial = {};
  test::expect_check_fails([&] { (void)conv->propagate(x, context); },
                           "Gcn2Conv: x_0 must be [6, 2] as x is, got an undefined tensor");
}

TEST(Gcn2Conv, StartsWithGlorotWeightsUnderPygsNames) {
  const Gcn2Conv conv(Gcn2ConvOptions(50, 0.1).shared_weights(false).seed(4));
  EXPECT_THAT(test::tensor_names(*conv), ElementsAre("weight1 [50, 50]", "weight2 [50, 50]"));
  const double bound = conv->weight2.abs().max().item<double>();
  EXPECT_LE(bound, std::sqrt(6.0 / 100.0));
  EXPECT_GT(bound, 0.24);
  EXPECT_FALSE(torch::equal(conv->weight1, conv->weight2));
  EXPECT_THAT(test::tensor_names(*Gcn2Conv(2, 0.1)), ElementsAre("weight1 [2, 2]"));
}

TEST(Gcn2Conv, NamesWhatDoesNotFit) {
  test::expect_check_fails([] { Gcn2Conv(2, -0.5); },
                           "Gcn2Conv: alpha must be in [0, 1], got -0.5");
  test::expect_check_fails([] { Gcn2Conv(Gcn2ConvOptions(2, 0.1).theta(0.5)); },
                           "Gcn2Conv: theta and layer must be given together, got only theta");
  test::expect_check_fails([] { Gcn2Conv(Gcn2ConvOptions(2, 0.1).layer(1)); },
                           "Gcn2Conv: theta and layer must be given together, got only layer");
  test::expect_check_fails([] { Gcn2Conv(Gcn2ConvOptions(2, 0.1).theta(-1.0).layer(1)); },
                           "Gcn2Conv: theta must be >= 0, got -1");
  test::expect_check_fails([] { Gcn2Conv(Gcn2ConvOptions(2, 0.1).theta(1.0).layer(0)); },
                           "Gcn2Conv: layer must be >= 1, got 0");
  Gcn2Conv conv(2, 0.1);
  const at::Tensor x = torch::zeros({6, 2});
  test::expect_check_fails(
      [&] {
        (void)conv->forward(x, torch::zeros({6, 1}), test::awkward_graph());
      },
      "Gcn2Conv: x_0 must be [6, 2] as x is, got [6, 1]");
  test::expect_check_fails(
      [&] {
        (void)conv->forward(torch::zeros({6, 3}), torch::zeros({6, 3}), test::awkward_graph());
      },
      "Gcn2Conv: x must be floating [6, 2], got Float [6, 3]");
  EXPECT_EQ(conv->forward(torch::zeros({0, 2}), torch::zeros({0, 2}), Graph()).size(0), 0);
  std::ostringstream text;
  conv->pretty_print(text);
  EXPECT_EQ(text.str(), "GCN2Conv(2, alpha=0.1, beta=1)");
}

}  // namespace
}  // namespace isthmus::layers
