#include "isthmus/layers/reversible.hpp"

#include <cmath>
#include <memory>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/nn/modules/batchnorm.h>
#include <torch/nn/modules/container/sequential.h>
#include <torch/nn/modules/dropout.h>
#include <torch/nn/modules/linear.h>
#include <torch/types.h>

#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/reversible_conv.hpp"

#include "layer_cases.hpp"
#include "support/message_of.hpp"

namespace isthmus::layers {
namespace {

using ::testing::HasSubstr;
using ::testing::ThrowsMessage;

/// A block of any function, for what the stack itself does.
struct FunctionBlockImpl : torch::nn::Module, ReversibleBlock {
  using Function = std::function<at::Tensor(const at::Tensor& u, const BlockContext& context)>;
  explicit FunctionBlockImpl(Function f) : function(std::move(f)) {}
  at::Tensor forward_block(const at::Tensor& u, const BlockContext& context) override {
    return function(u, context);
  }
  void reset_parameters(Initializer& /*init*/) override {}
  Function function;
};

BlockFactory all_of(const FunctionBlockImpl::Function& f) {
  return [f](std::int64_t, std::int64_t) { return std::make_shared<FunctionBlockImpl>(f); };
}

/// XG-BoT's blocks of width d.
BlockFactory gin_blocks(std::int64_t d, bool norm_after = true) {
  return [d, norm_after](std::int64_t, std::int64_t) {
    return ReversibleConv(ReversibleConvOptions(d).relu_after(true).norm_after(norm_after),
                          GinConv(GinConvOptions(d, d).hidden_channels(d)).ptr())
        .ptr();
  };
}

ReversibleStack gin_stack(const ReversibleOptions& options, bool norm_after = true,
                          std::uint64_t seed = 1) {
  ReversibleStack stack(options, gin_blocks(options.channels() / options.groups(), norm_after));
  Initializer init(seed);
  stack->reset_parameters(init);
  return stack;
}

struct Gradients {
  at::Tensor y;
  at::Tensor x;
  std::vector<at::Tensor> parameters;
};

Gradients gradients_of(ReversibleStack& stack, const at::Tensor& x, const ConvContext& context,
                       const std::vector<ReversibleExtra>& extras = {}) {
  const at::Tensor leaf = x.detach().clone().requires_grad_(true);
  const at::Tensor y = stack->forward(leaf, context, extras);
  std::vector<at::Tensor> wanted{leaf};
  for (const at::Tensor& parameter : stack->parameters()) {
    wanted.push_back(parameter);
  }
  auto grads = torch::autograd::grad({y}, wanted, {test::probe_like(y.detach())});
  Gradients all{y.detach(), grads.front(), {grads.begin() + 1, grads.end()}};
  return all;
}

bool same_bits(const Gradients& a, const Gradients& b) {
  bool same = torch::equal(a.y, b.y) && torch::equal(a.x, b.x);
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    same = same && torch::equal(a.parameters[i], b.parameters[i]);
  }
  return same && a.parameters.size() == b.parameters.size();
}

/// Relative 2-norm of the difference over all gradients.
double distance(const Gradients& a, const Gradients& b) {
  double difference = (a.x - b.x).square().sum().item<double>();
  double size = b.x.square().sum().item<double>();
  for (std::size_t i = 0; i < a.parameters.size(); ++i) {
    difference += (a.parameters[i] - b.parameters[i]).square().sum().item<double>();
    size += b.parameters[i].square().sum().item<double>();
  }
  return std::sqrt(difference / size);
}

// One layer, two groups of one column, F(u) = 2u, x = (3, 5): y_0 = 5, y_1 = 3 + 10 = 13,
// y_2 = 5 + 26 = 31; y_1 + y_2 = 3 x_1 + 7 x_2.
TEST(Reversible, ByHand) {
  const Graph graph = Graph::from_coo(1, std::vector<NodeId>{}, std::vector<NodeId>{});
  const auto twice = [](const at::Tensor& u, const BlockContext&) { return 2.0 * u; };
  for (const ReversibleMode mode : {ReversibleMode::kReversible, ReversibleMode::kPlain}) {
    for (const StreamType type : {StreamType::kF32, StreamType::kF64, StreamType::kFixed32}) {
      ReversibleStack stack(ReversibleOptions(2, 1).stream(type).mode(mode), all_of(twice));
      at::Tensor x = torch::tensor({{3.0F, 5.0F}}).requires_grad_(true);
      const at::Tensor y = stack->forward(x, ConvContext(graph));
      EXPECT_TRUE(torch::equal(y, torch::tensor({{13.0F, 31.0F}})));
      y.sum().backward();
      EXPECT_TRUE(torch::equal(x.grad(), torch::tensor({{3.0F, 7.0F}})));
      EXPECT_TRUE(torch::equal(stack->inverse(y, ConvContext(graph)), x.detach()));
    }
  }
}

// Four groups of one column, F(u) = u: y_0 = 2+3+4 = 9, y = (10, 12, 15, 19).
TEST(Reversible, TheFirstGroupIsNotInItsOwnSum) {
  const Graph graph = Graph::from_coo(1, std::vector<NodeId>{}, std::vector<NodeId>{});
  const auto same = [](const at::Tensor& u, const BlockContext&) { return u.clone(); };
  for (const StreamType type : {StreamType::kF32, StreamType::kFixed32}) {
    ReversibleStack stack(
        ReversibleOptions(4, 1).groups(4).stream(type).mode(ReversibleMode::kReversible),
        all_of(same));
    const at::Tensor x = torch::tensor({{1.0F, 2.0F, 3.0F, 4.0F}});
    EXPECT_TRUE(torch::equal(stack->forward(x, ConvContext(graph)),
                             torch::tensor({{10.0F, 12.0F, 15.0F, 19.0F}})));
  }
}

// Acceptance A5 at a depth that a test can wait for; bench reversible runs L = 1001.
TEST(Reversible, FixedPointHasTheBitsOfStoredActivations) {
  const Graph graph = test::random_graph(40, 160, 3);
  const at::Tensor x = test::features(40, 16, 4).to(at::kFloat);
  for (const std::int64_t groups : {2, 4}) {
    for (const bool norm_after : {true, false}) {
      const ReversibleOptions options = ReversibleOptions(16, 60)
                                            .groups(groups)
                                            .stream(StreamType::kFixed32)
                                            .bits(norm_after ? 20 : 12)
                                            .dropout(0.2);
      ConvContext context(graph);
      context.key = {7, 0, 3};
      ReversibleStack ours = gin_stack(
          ReversibleOptions(options).mode(ReversibleMode::kReversible).verify(true), norm_after);
      ReversibleStack stored =
          gin_stack(ReversibleOptions(options).mode(ReversibleMode::kPlain), norm_after);
      EXPECT_TRUE(same_bits(gradients_of(ours, x, context), gradients_of(stored, x, context)))
          << groups << norm_after;
    }
  }
}

// Acceptance A7. Fixed point is exact where y holds every digit of the stream: below 2^(24 - bits).
TEST(Reversible, InverseTakesBackALayer) {
  const Graph graph = test::awkward_graph();
  const ConvContext context(graph);
  for (const std::int64_t groups : {2, 4, 8, 16}) {
    const at::Tensor x = test::features(6, 32, 4).to(at::kFloat);
    for (const StreamType type : {StreamType::kF32, StreamType::kFixed32}) {
      ReversibleStack stack = gin_stack(ReversibleOptions(32, 1).groups(groups).stream(type));
      const at::NoGradGuard no_grad;
      const at::Tensor back = stack->inverse(stack->forward(x, context), context);
      const bool fixed = type == StreamType::kFixed32;
      const at::Tensor held = fixed ? (x * 1048576.0).round() / 1048576.0 : x;
      EXPECT_LE(test::max_difference(back, held),
                fixed ? 0.0 : 1e-6 * x.abs().max().item<double>());
    }
  }
}

// Acceptance A6.
TEST(Reversible, InDoubleItHasTheGradientsOfAutograd) {
  const Graph graph = test::random_graph(40, 160, 3);
  const at::Tensor x = test::features(40, 12, 4);
  struct Bar {
    std::int64_t layers;
    bool norm_after;
    double largest;
  };
  for (const Bar& bar :
       {Bar{24, false, 1e-14}, Bar{112, false, 2e-14}, Bar{4, true, 3e-14}, Bar{24, true, 1e-12}}) {
    for (const std::int64_t groups : {2, 3}) {
      const ReversibleOptions options =
          ReversibleOptions(12, bar.layers).groups(groups).stream(StreamType::kF64);
      ReversibleStack ours =
          gin_stack(ReversibleOptions(options).mode(ReversibleMode::kReversible), bar.norm_after);
      ReversibleStack plain =
          gin_stack(ReversibleOptions(options).mode(ReversibleMode::kPlain), bar.norm_after);
      ours->to(at::kDouble);
      plain->to(at::kDouble);
      const ConvContext context(graph);
      EXPECT_LE(distance(gradients_of(ours, x, context), gradients_of(plain, x, context)),
                bar.largest)
          << bar.layers << ' ' << bar.norm_after << ' ' << groups;
    }
  }
}

TEST(Reversible, GradientsByDifferences) {
  const Graph graph = test::awkward_graph();
  ReversibleStack stack(
      ReversibleOptions(4, 2).stream(StreamType::kF64).mode(ReversibleMode::kReversible),
      all_of([](const at::Tensor& u, const BlockContext& context) {
        return torch::tanh(u * context.extras[0] + context.extras[1]);
      }));
  const ConvContext context(graph);
  // The second has the width of the stream: per group, each sees its columns.
  const auto f = [&](const std::vector<at::Tensor>& in) {
    return stack->forward(in[0], context,
                          std::vector<ReversibleExtra>{{in[1], false}, {in[2], true}});
  };
  EXPECT_TRUE(test::gradcheck(f, {test::features(6, 4, 1).requires_grad_(true),
                                  test::features(1, 1, 2).requires_grad_(true),
                                  test::features(6, 4, 3).requires_grad_(true)}));
}

TEST(Reversible, RunningStatisticsChangeOnceAStep) {
  const Graph graph = test::random_graph(30, 90, 1);
  const at::Tensor x = test::features(30, 8, 2).to(at::kFloat);
  ReversibleStack ours = gin_stack(ReversibleOptions(8, 3).mode(ReversibleMode::kReversible));
  ReversibleStack plain = gin_stack(ReversibleOptions(8, 3).mode(ReversibleMode::kPlain));
  const ConvContext context(graph);
  for (int step = 1; step <= 2; ++step) {
    (void)gradients_of(ours, x, context);
    (void)gradients_of(plain, x, context);
  }
  const auto expected = plain->named_buffers();
  for (const auto& buffer : ours->named_buffers()) {
    EXPECT_TRUE(torch::equal(buffer.value(), expected[buffer.key()])) << buffer.key();
  }
  EXPECT_EQ(expected["layers.0.convs.0.norm_after.module.num_batches_tracked"].item<int>(), 2);
}

// What breaks in public implementations: the input after a ReLU and used again in a skip, the
// output used twice, two forwards before a backward, a second backward, hooks, autograd::grad.
TEST(Reversible, IsAnOrdinaryPartOfAGraph) {
  const Graph graph = test::random_graph(20, 60, 1);
  const ConvContext context(graph);
  ReversibleStack stack = gin_stack(ReversibleOptions(8, 20).mode(ReversibleMode::kReversible));
  ReversibleStack plain =
      gin_stack(ReversibleOptions(8, 20).stream(StreamType::kFixed32).mode(ReversibleMode::kPlain));
  ASSERT_EQ(stack->stream(), StreamType::kFixed32);
  stack->eval();
  plain->eval();
  const at::Tensor w = test::features(20, 8, 5).to(at::kFloat);
  const auto loss = [&](ReversibleStack& net, const at::Tensor& leaf) {
    const at::Tensor h = torch::relu(leaf);
    const at::Tensor y = net->forward(h, context);
    const at::Tensor again = net->forward(h * 0.5, context);
    return (y * w).sum() + (y * y).sum() + h.sum() + again.sum();
  };
  at::Tensor a = w.clone().requires_grad_(true);
  at::Tensor b = w.clone().requires_grad_(true);
  int calls = 0;
  at::Tensor watched = stack->parameters().front();
  watched.register_hook([&](const at::Tensor&) { ++calls; });
  const at::Tensor ours = loss(stack, a);
  ours.backward({}, /*retain_graph=*/true);
  EXPECT_EQ(calls, 1);
  const at::Tensor first = a.grad().clone();
  loss(plain, b).backward();
  EXPECT_LE(test::max_difference(first, b.grad()), 1e-5 * b.grad().abs().max().item<double>());
  a.mutable_grad().zero_();
  ours.backward();
  EXPECT_TRUE(torch::equal(a.grad(), first));
  EXPECT_TRUE(torch::equal(a.detach(), w));
}

TEST(Reversible, DeclaredParametersAreAllThatGetsAGradient) {
  const Graph graph = test::awkward_graph();
  const ConvContext context(graph);
  const at::Tensor secret = torch::ones({1}).requires_grad_(true);
  ReversibleStack stack(
      ReversibleOptions(4, 2).mode(ReversibleMode::kReversible),
      all_of([&](const at::Tensor& u, const BlockContext&) { return u * secret; }));
  const at::Tensor y = stack->forward(torch::ones({6, 4}).requires_grad_(true), context);
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] { y.sum().backward(); }),
              HasSubstr("pass it as ReversibleExtra"));
}

TEST(Reversible, RefusesBlocksThatAreNoFunctions) {
  const Graph graph = test::awkward_graph();
  const ConvContext context(graph);
  const at::Tensor x = torch::ones({6, 4}).requires_grad_(true);
  ReversibleStack noisy(ReversibleOptions(4, 2).mode(ReversibleMode::kReversible),
                        all_of([](const at::Tensor& u, const BlockContext&) {
                          return torch::dropout(u, 0.5, true);
                        }));
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] { (void)noisy->forward(x, context); }),
              HasSubstr("layer 0, group 0 gives other numbers"));
  const auto drops = [](std::int64_t, std::int64_t) {
    auto block = std::make_shared<FunctionBlockImpl>(
        [](const at::Tensor& u, const BlockContext&) { return u; });
    block->register_module("drop", torch::nn::Dropout(0.25));
    return block;
  };
  EXPECT_THAT(isthmus::test::message_of<c10::Error>(
                  [&] { ReversibleStack bad(ReversibleOptions(4, 2), drops); }),
              HasSubstr("'drop' with p = 0.25"));
  ReversibleStack narrow(
      ReversibleOptions(4, 2).mode(ReversibleMode::kReversible),
      all_of([](const at::Tensor& u, const BlockContext&) { return u.narrow(1, 0, 1); }));
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] { (void)narrow->forward(x, context); }),
              HasSubstr("gives Float [6, 1]"));
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] {
                ReversibleStack bad(ReversibleOptions(4, 2), [](std::int64_t, std::int64_t) {
                  return torch::nn::Linear(2, 2).ptr();
                });
              }),
              HasSubstr("must be a ReversibleBlock"));
}

// Ones and F(u) = 2u: (3, 7), (17, 41), (99, 239), (577, 1393), then 577 + 2 * 1393.
TEST(Reversible, FixedPointNamesWhereItRunsOver) {
  const Graph graph = test::awkward_graph();
  const ConvContext context(graph);
  ReversibleStack stack(
      ReversibleOptions(4, 9).stream(StreamType::kFixed32).mode(ReversibleMode::kReversible),
      all_of([](const at::Tensor& u, const BlockContext&) { return 2.0 * u; }));
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] {
                (void)stack->forward(torch::ones({6, 4}), context);
              }),
              HasSubstr("within +-2048; layer 4, group 0"));
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] {
                (void)stack->forward(torch::full({6, 4}, 1e9), context);
              }),
              HasSubstr("x has others in group 0"));
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] {
                (void)stack->forward(torch::ones({6, 4}, at::kDouble), context);
              }),
              HasSubstr("takes Float features, got Double"));
}

// A block that answers differently the third time (forward, its check, backward) is found by the
// checksums alone.
TEST(Reversible, ChecksumsFindAnotherReconstruction) {
  const Graph graph = test::awkward_graph();
  const ConvContext context(graph);
  int calls = 0;
  ReversibleStack stack(ReversibleOptions(4, 1)
                            .stream(StreamType::kFixed32)
                            .mode(ReversibleMode::kReversible)
                            .verify(true),
                        all_of([&](const at::Tensor& u, const BlockContext&) {
                          return u + (++calls > 6 ? 0.5 : 0.0);
                        }));
  const at::Tensor y = stack->forward(torch::ones({6, 4}).requires_grad_(true), context);
  EXPECT_THAT(isthmus::test::message_of<c10::Error>([&] { y.sum().backward(); }),
              HasSubstr("stream before layer 0 is not what it was"));
}

TEST(Reversible, RefusesWhatItCannotDo) {
  const auto make = [](const ReversibleOptions& options) {
    return [options] { ReversibleStack bad(options, gin_blocks(2)); };
  };
  const auto message = [](const char* text) { return ThrowsMessage<c10::Error>(HasSubstr(text)); };
  EXPECT_THAT(make(ReversibleOptions(4, 2).groups(1)), message("groups must be >= 2, got 1"));
  EXPECT_THAT(make(ReversibleOptions(5, 2)), message("multiple of the groups, 2, got 5"));
  EXPECT_THAT(make(ReversibleOptions(4, 0)), message("num_layers must be >= 1, got 0"));
  EXPECT_THAT(make(ReversibleOptions(4, 2).bits(25)), message("bits must be in [12, 24], got 25"));
  EXPECT_THAT(make(ReversibleOptions(4, 2).dropout(1.0)), message("dropout must be in [0, 1)"));
  EXPECT_THAT(make(ReversibleOptions(4, 2).dropout(0.5)), message("multiple of 4 channels, got 2"));
  EXPECT_THAT(make(ReversibleOptions(4, 2).verify(true)), message("verify needs stream fixed32"));
  const Graph graph = test::awkward_graph();
  ReversibleStack stack = gin_stack(ReversibleOptions(4, 2).mode(ReversibleMode::kReversible));
  const ConvContext context(graph);
  const at::Tensor y = stack->forward(torch::ones({6, 4}).requires_grad_(true), context);
  EXPECT_THAT(
      [&] {
        (void)torch::autograd::grad({y.sum()}, {stack->parameters().front()}, {}, true,
                                    /*create_graph=*/true);
      },
      message("create_graph"));
  const std::vector<ReversibleExtra> narrow{{torch::ones({6, 3}), true}};
  EXPECT_THAT(
      [&] {
        (void)stack->forward(torch::ones({6, 4}), context, narrow);
      },
      message("must be [*, 4], got [6, 3]"));
}

TEST(Reversible, AutoChoosesTheStream) {
  const auto stream = [](std::int64_t layers, bool bounded) {
    return ReversibleStack(ReversibleOptions(4, layers), gin_blocks(2, bounded))->stream();
  };
  EXPECT_EQ(stream(16, true), StreamType::kF32);
  EXPECT_EQ(stream(17, true), StreamType::kFixed32);
  EXPECT_EQ(stream(17, false), StreamType::kF64);
  EXPECT_TRUE(ReversibleStack(ReversibleOptions(4, 1), gin_blocks(2))->is_plain());
  EXPECT_FALSE(ReversibleStack(ReversibleOptions(4, 2), gin_blocks(2))->is_plain());
}

}  // namespace
}  // namespace isthmus::layers
