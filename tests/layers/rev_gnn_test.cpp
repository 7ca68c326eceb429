#include "isthmus/layers/rev_gnn.hpp"

#include <cmath>
#include <vector>

#include <gtest/gtest.h>
#include <torch/optim/adam.h>
#include <torch/types.h>

#include "isthmus/layers/state_dict.hpp"

#include "edge_cases.hpp"

namespace isthmus::layers {
namespace {

struct Published {
  RevGnnSize size;
  std::int64_t parameters;
};

class RevGnnOfSize : public ::testing::TestWithParam<Published> {};

// L C (4d^2 + Dd + 10d) + 72 + 17D + 9D + 2D + 112D + 112, in the paper 1.46, 2.25, 17.1, 20.03 and
// 68.47 millions.
TEST_P(RevGnnOfSize, HasThePublishedNumberOfParameters) {
  const RevGnn net(rev_gnn_options(GetParam().size));
  EXPECT_EQ(test::parameters_of(*net), GetParam().parameters);
}

INSTANTIATE_TEST_SUITE_P(Published, RevGnnOfSize,
                         ::testing::Values(Published{{112, 64}, 1457080},
                                           Published{{112, 80}, 2251384},
                                           Published{{112, 224}, 17141560},
                                           Published{{1001, 80}, 20031384},
                                           Published{{448, 224}, 68471608}));

/// A small one, 8 + 8 -> 3 layers of 2 x 4 -> 5.
GnnOptions small() {
  GnnOptions o = rev_gnn_options({3, 8});
  o.dim_out = 5;
  return o;
}

at::Tensor one_hot(std::int64_t nodes) {
  return torch::eye(8, torch::kDouble).index_select(0, torch::arange(nodes).remainder(8));
}

/// LayerNorm with weight 1 and bias 0, as at the start.
at::Tensor layer_normed(const at::Tensor& x) {
  const at::Tensor centred = x - x.mean(1, true);
  return centred / (centred.square().mean(1, true) + 1e-5).sqrt();
}

// All of the published network by plain tensor operations, the maximum arc by arc.
TEST(RevGnn, IsItsFormula) {
  const Graph graph = test::awkward_graph();
  RevGnn net(small());
  net->to(torch::kDouble);
  net->eval();
  const test::EdgeIndex edges(graph);
  const at::Tensor x = test::features(6, 8, 1);
  ConvContext context(graph);
  context.edge_attr = test::features(graph.num_edges(), 8, 5);
  const auto t = net->named_parameters();
  const auto linear = [&](const at::Tensor& h, const std::string& name) {
    return torch::matmul(h, t[name + ".weight"].t()) + t[name + ".bias"];
  };
  const at::Tensor encoded = linear(context.edge_attr, "gnn.edge_encoder");
  const auto block = [&](const at::Tensor& u, const std::string& name) {
    const at::Tensor z = torch::relu(layer_normed(u));
    const at::Tensor m =
        torch::relu(z.index_select(0, edges.src) + linear(encoded, name + ".conv.lin_edge")) + 1e-7;
    const at::Tensor heard = torch::zeros_like(z);  // what a node without arcs hears
    for (std::int64_t e = 0; e < graph.num_edges(); ++e) {
      const auto i = edges.dst[e].item<std::int64_t>();
      heard[i] = torch::maximum(heard[i], m[e]);  // messages are positive
    }
    return linear(torch::relu(layer_normed(linear(heard + z, name + ".conv.mlp.0"))),
                  name + ".conv.mlp.4");
  };
  const at::Tensor start =
      linear(torch::cat({x, linear(one_hot(6), "node_one_hot")}, 1), "gnn.pre_mp.lins.0");
  at::Tensor x_1 = start.narrow(1, 0, 4);
  at::Tensor x_2 = start.narrow(1, 4, 4);
  for (const char* layer : {"0", "1", "2"}) {
    const std::string name = std::string("gnn.stack.layers.") + layer + ".convs.";
    x_1 = x_1 + block(x_2, name + "0");
    x_2 = x_2 + block(x_1, name + "1");
  }
  const at::Tensor expected =
      linear(torch::relu(layer_normed(torch::cat({x_1, x_2}, 1))), "gnn.post_mp.lins.0");
  EXPECT_LE(test::max_difference(net->forward(x, one_hot(6), context), expected), 1e-12);
}

/// Losses of steps of Adam on made-up tasks, dropout on.
std::vector<double> losses_of(ReversibleMode mode, std::int64_t layers, int steps) {
  const Graph graph = test::random_graph(60, 300, 7);
  GnnOptions o = rev_gnn_options({layers, 16});
  o.dim_out = 5;
  o.reversible.mode = mode;
  o.reversible.stream = StreamType::kF64;
  RevGnn net(o);
  net->to(torch::kDouble);
  const at::Tensor x = test::features(60, 8, 1);
  const at::Tensor targets = test::features(60, 5, 2).gt(0).to(torch::kDouble);
  ConvContext context(graph);
  context.edge_attr = test::features(graph.num_edges(), 8, 5);
  torch::optim::Adam optimizer(net->parameters(), 1e-3);
  std::vector<double> losses;
  for (int step = 0; step < steps; ++step) {
    net->set_step(static_cast<std::uint32_t>(step));
    optimizer.zero_grad();
    const at::Tensor loss =
        torch::binary_cross_entropy_with_logits(net->forward(x, one_hot(60), context), targets);
    loss.backward();
    optimizer.step();
    losses.push_back(loss.item<double>());
  }
  return losses;
}

// Acceptance of the network, at a depth that a test can wait for: reconstructing gives the losses
// of keeping, step after step.
TEST(RevGnn, FitsAsWellAsItsPlainTwin) {
  const std::vector<double> ours = losses_of(ReversibleMode::kReversible, 12, 20);
  const std::vector<double> plain = losses_of(ReversibleMode::kPlain, 12, 20);
  for (std::size_t i = 0; i < ours.size(); ++i) {
    EXPECT_NEAR(ours[i], plain[i], 1e-9) << i;
  }
  EXPECT_LT(ours.back(), 0.97 * ours.front());
}

TEST(RevGnn, DropsInTrainingBySeedAndStep) {
  const Graph graph = test::random_graph(40, 160, 7);
  RevGnn net(rev_gnn_options({2, 8}));
  net->to(torch::kDouble);
  ConvContext context(graph);
  context.edge_attr = test::features(graph.num_edges(), 8, 5);
  const at::Tensor x = test::features(40, 8, 1);
  const at::NoGradGuard no_grad;
  const at::Tensor first = net->forward(x, one_hot(40), context);
  EXPECT_TRUE(torch::equal(net->forward(x, one_hot(40), context), first));
  net->set_step(1);
  EXPECT_FALSE(torch::equal(net->forward(x, one_hot(40), context), first));
}

TEST(RevGnn, RefusesWhatDoesNotFit) {
  const Graph graph = test::awkward_graph();
  test::expect_check_fails([] { RevGnn bad(small(), 0); },
                           "RevGnn: num_species must be in [1, dim_in - 1 = 15], got 0");
  test::expect_check_fails([] { RevGnn bad(small(), 16); }, "got 16");
  RevGnn net(small());
  ConvContext context(graph);
  test::expect_check_fails(
      [&] {
        (void)net->forward(torch::ones({6, 7}), torch::ones({6, 8}), context);
      },
      "RevGnn: x");
  test::expect_check_fails(
      [&] {
        (void)net->forward(torch::ones({6, 8}), torch::ones({6, 9}), context);
      },
      "RevGnn: x");
  test::expect_check_fails(
      [&] {
        (void)net->forward(torch::ones({6, 8}), torch::ones({6, 8}), context);
      },
      "edge_attr must be");
}

}  // namespace
}  // namespace isthmus::layers
