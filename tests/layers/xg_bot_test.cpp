#include "isthmus/layers/xg_bot.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

std::int64_t parameters_of(const torch::nn::Module& module) {
  std::int64_t count = 0;
  for (const at::Tensor& parameter : module.parameters()) {
    count += parameter.numel();
  }
  return count;
}

// 128 + 24 * 2 * 2240 + 128 + 130.
TEST(XgBot, HasThePublishedNumberOfParameters) {
  EXPECT_EQ(parameters_of(*XgBot(XgBotOptions())), 107906);
}

TEST(XgBot, GivesTheSameBitsWayForWay) {
  const Graph graph = test::random_graph(50, 200, 2);
  const at::Tensor x = torch::ones({50, 1});
  const ConvContext context(graph);
  std::vector<at::Tensor> out;
  std::vector<at::Tensor> grad;
  for (const ReversibleMode mode : {ReversibleMode::kReversible, ReversibleMode::kPlain}) {
    XgBot bot(XgBotOptions().mode(mode).seed(3));
    EXPECT_EQ(bot->stack->stream(), StreamType::kFixed32);
    bot->set_step(5);
    out.push_back(bot->forward(x, context));
    out.back().square().sum().backward();
    grad.push_back(bot->lin_in->weight.grad());
  }
  EXPECT_TRUE(torch::equal(out[0], out[1]));
  EXPECT_TRUE(torch::equal(grad[0], grad[1]));
}

// In eval mode: training drops by the number of a node.
TEST(XgBot, IsEquivariant) {
  XgBot bot(XgBotOptions().num_layers(4).channels(16).in_channels(3));
  bot->eval();
  const at::NoGradGuard no_grad;
  for (const std::uint64_t seed : {0U, 1U, 2U}) {
    const Graph graph = test::graph_of(seed);
    const at::Tensor x = test::features(graph.num_nodes(), 3, seed).to(at::kFloat);
    EXPECT_LE(test::move_difference(graph, x, seed,
                                    [&](const at::Tensor& input, const Graph& on) {
                                      return bot->forward(input, ConvContext(on));
                                    }),
              1e-4);
  }
}

TEST(XgBot, DropsInTrainingBySeedAndStep) {
  const Graph graph = test::random_graph(50, 200, 2);
  const at::Tensor x = torch::ones({50, 1});
  const ConvContext context(graph);
  XgBot bot(XgBotOptions().num_layers(2));
  const at::NoGradGuard no_grad;
  const at::Tensor first = bot->forward(x, context);
  EXPECT_TRUE(torch::equal(bot->forward(x, context), first));
  bot->set_step(1);
  EXPECT_FALSE(torch::equal(bot->forward(x, context), first));
}

}  // namespace
}  // namespace isthmus::layers
