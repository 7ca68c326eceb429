#include "isthmus/layers/xg_bot.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "isthmus/layers/gnn.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

// 128 + 24 * 2 * 2240 + 128 + 130.
TEST(XgBot, HasThePublishedNumberOfParameters) {
  EXPECT_EQ(test::parameters_of(*Gnn(xg_bot_options())), 107906);
}

TEST(XgBot, GivesTheSameBitsWayForWay) {
  const Graph graph = test::random_graph(50, 200, 2);
  const at::Tensor x = torch::ones({50, 1});
  std::vector<at::Tensor> out;
  std::vector<at::Tensor> grad;
  for (const ReversibleMode mode : {ReversibleMode::kReversible, ReversibleMode::kPlain}) {
    GnnOptions options = xg_bot_options();
    options.reversible.mode = mode;
    options.seed = 3;
    Gnn bot(options);
    EXPECT_EQ(bot->stack()->stream(), StreamType::kFixed32);
    bot->set_step(5);
    out.push_back(bot->forward(x, graph));
    out.back().square().sum().backward();
    grad.push_back(bot->first_layer_parameters()[0].grad());
  }
  EXPECT_TRUE(torch::equal(out[0], out[1]));
  EXPECT_TRUE(torch::equal(grad[0], grad[1]));
}

// At full depth, in eval mode: training drops by the number of a node. Fixed point holds 2^-20.
TEST(XgBot, IsEquivariant) {
  Gnn bot(xg_bot_options());
  bot->eval();
  const at::NoGradGuard no_grad;
  for (const std::uint64_t seed : {0U, 1U, 2U}) {
    const Graph graph = test::graph_of(seed);
    const at::Tensor x = test::features(graph.num_nodes(), 1, seed).to(at::kFloat);
    EXPECT_LE(test::move_difference(graph, x, seed,
                                    [&](const at::Tensor& input, const Graph& on) {
                                      return bot->forward(input, on);
                                    }),
              1e-4);
  }
}

// Fixed point takes steps of 2^-20: a network in double would not fit it.
TEST(XgBot, RefusesDoubles) {
  Gnn bot(xg_bot_options());
  bot->to(torch::kDouble);
  test::expect_check_fails(
      [&] {
        (void)bot->forward(torch::ones({6, 1}, torch::kDouble), test::awkward_graph());
      },
      "stream fixed32 takes Float features, got Double");
}

}  // namespace
}  // namespace isthmus::layers
