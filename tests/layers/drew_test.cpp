#include "isthmus/layers/drew.hpp"

#include <cmath>
#include <sstream>
#include <tuple>

#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/mlp.hpp"

#include "edge_cases.hpp"
#include "support/python_oracle.hpp"

namespace isthmus::layers {
namespace {

/// A graph whose arcs carry hop - 1, and the dense matrix of each hop.
struct Ringed {
  Graph graph;
  at::Tensor type;
  std::vector<at::Tensor> dense;  ///< [i][j] = arcs j -> i of that ring.
};

/// Types drawn for the arcs of a graph: Drew does not look where they come from.
Ringed ringed(const Graph& graph, std::int64_t rings, std::uint64_t seed) {
  Ringed result{graph, test::edge_types(graph, rings, seed), {}};
  const test::EdgeIndex index(graph);
  for (std::int64_t r = 0; r < rings; ++r) {
    const at::Tensor matrix = torch::zeros({graph.num_nodes(), graph.num_nodes()}, torch::kDouble);
    for (std::int64_t e = 0; e < graph.num_edges(); ++e) {
      if (result.type[e].item<std::int64_t>() == r) {
        matrix[index.dst[e].item<std::int64_t>()][index.src[e].item<std::int64_t>()] += 1.0;
      }
    }
    result.dense.push_back(matrix);
  }
  return result;
}

/// D^-1/2 A D^-1/2 by row sums; empty rows count as 0.
at::Tensor normalised(at::Tensor a, bool loops) {
  if (loops) {
    a = a - torch::diag(torch::diag(a)) + torch::eye(a.size(0), a.options());
  }
  const at::Tensor degree = a.sum(1);
  const at::Tensor scale =
      torch::where(degree > 0, degree.clamp_min(1.0).rsqrt(), torch::zeros_like(degree));
  return scale.unsqueeze(1) * a * scale.unsqueeze(0);
}

at::Tensor dense_mlp(torch::nn::Module& module, const at::Tensor& x) {
  const auto p = module.parameters();
  const at::Tensor inside = (torch::matmul(x, p[0].t()) + p[1]).clamp_min(0.0);
  return torch::matmul(inside, p[2].t()) + p[3];
}

torch::nn::Module& ring_module(const DrewImpl& drew, std::int64_t t, std::int64_t k) {
  auto* of_layer = drew.rings->ptr(static_cast<std::size_t>(t))->as<torch::nn::ModuleListImpl>();
  return *of_layer->ptr(static_cast<std::size_t>(k));
}

/// The formula with dense matrices, written from the paper: states in a list, rings from 1.
at::Tensor oracle(const DrewImpl& drew, const Ringed& on, const at::Tensor& x) {
  const DrewShape& shape = drew.options.shape();
  const bool gin = drew.options.form() == DrewForm::kGin;
  std::vector<at::Tensor> state = {x};
  for (std::int64_t t = 0; t < drew.options.num_layers(); ++t) {
    at::Tensor sum = torch::zeros_like(x);
    for (std::int64_t k = 1; k <= std::min(t + 1, shape.rings); ++k) {
      const std::int64_t late = shape.delay == kNoDelay || k <= shape.delay ? 0 : k - shape.delay;
      const at::Tensor& heard = state[static_cast<std::size_t>(t - late)];
      const at::Tensor& ring = on.dense[static_cast<std::size_t>(k - 1)];
      torch::nn::Module& module = ring_module(drew, t, k - 1);
      if (gin) {
        sum = sum + dense_mlp(module, torch::matmul(ring, heard));
      } else {
        sum = sum + torch::matmul(torch::matmul(normalised(ring, shape.self_loops), heard),
                                  module.parameters()[0].t());
      }
    }
    state.push_back(
        gin ? (1.0 + drew.eps[t]) *
                      dense_mlp(*drew.own->ptr(static_cast<std::size_t>(t)), state.back()) +
                  sum
            : state.back() + sum.clamp_min(0.0));
  }
  return state.back();
}

Drew double_drew(const DrewOptions& options) {
  Drew drew(options);
  drew->to(torch::kDouble);
  if (drew->eps.defined()) {
    const torch::NoGradGuard no_grad;
    drew->eps.copy_(torch::linspace(0.1, 0.7, options.num_layers(), torch::kDouble));
  }
  return drew;
}

/// Form, delay, self-loops.
class DrewFormula
    : public ::testing::TestWithParam<std::tuple<DrewForm, std::int64_t, bool, std::uint64_t>> {
 protected:
  [[nodiscard]] static DrewOptions options(std::int64_t layers, std::int64_t rings) {
    const auto& [form, delay, loops, seed] = GetParam();
    return DrewOptions(3, layers)
        .form(form)
        .shape(DrewShape{.rings = rings, .delay = delay, .self_loops = loops})
        .train_eps(true)
        .seed(seed);
  }
  [[nodiscard]] static std::uint64_t seed() { return std::get<3>(GetParam()); }
};
INSTANTIATE_TEST_SUITE_P(Gcn, DrewFormula,
                         ::testing::Combine(::testing::Values(DrewForm::kGcn),
                                            ::testing::Values(1, 2, kNoDelay), ::testing::Bool(),
                                            ::testing::Values(0U, 1U, 2U)));
INSTANTIATE_TEST_SUITE_P(Gin, DrewFormula,
                         ::testing::Combine(::testing::Values(DrewForm::kGin),
                                            ::testing::Values(1, 2, kNoDelay),
                                            ::testing::Values(false),
                                            ::testing::Values(0U, 1U, 2U)));

// Both are sums of a few dozen terms in double: 1e-12 is rounding.
TEST_P(DrewFormula, EqualsDenseMatricesRingByRing) {
  const Ringed on = ringed(test::graph_of(seed()), 3, seed() + 5);
  Drew drew = double_drew(options(5, 3));
  const at::Tensor x = test::features(on.graph.num_nodes(), 3, seed());
  EXPECT_LT(test::max_difference(drew->forward(x, on.type, on.graph), oracle(*drew, on, x)), 1e-12);
}

/// Messages along lists of edges in PyTorch, as the authors' layers send them (each ring a GCN or
/// GIN convolution of its own), in a program of its own. Reads numbers between blanks: form, N, C,
/// L, k_max, delay (0: none), loops, the number of edges; source, target and hop of each; x; of
/// each layer its eps, the weights of its own network (GIN), then those of its rings.
constexpr const char* kDrewReference = R"(
import sys, torch
torch.set_default_dtype(torch.float64)
numbers = iter(sys.stdin.read().split())
take = lambda: int(next(numbers))
gin, n, c, layers, k_max, delay, loops, edges = (take() for _ in range(8))
arcs = torch.tensor([[take(), take(), take()] for _ in range(edges)]).reshape(-1, 3)
block = lambda *shape: torch.tensor([float(next(numbers)) for _ in range(
    int(torch.tensor(shape).prod()))]).reshape(shape)

def network():
    w1, b1, w2, b2 = block(c, c), block(c), block(c, c), block(c)
    return lambda x: torch.relu(x @ w1.T + b1) @ w2.T + b2

def ring(k):
    of = arcs[arcs[:, 2] == k]
    source, target = of[:, 0], of[:, 1]
    if loops:
        keep = source != target
        every = torch.arange(n)
        source, target = torch.cat([source[keep], every]), torch.cat([target[keep], every])
    return source, target

def gcn(x, k):
    source, target = ring(k)
    degree = torch.zeros(n).index_add(0, target, torch.ones(len(target)))
    scale = degree.pow(-0.5)
    scale[scale.isinf()] = 0
    return torch.zeros_like(x).index_add(0, target, x[source] * (scale[source] * scale[target])[:, None])

def gin_sum(x, k):
    source, target = ring(k)
    return torch.zeros_like(x).index_add(0, target, x[source])

past = [block(n, c)]
for t in range(layers):
    out = 0
    if gin:
        eps = float(next(numbers))
        out = (1 + eps) * network()(past[t])
    for k in range(1, min(t + 1, k_max) + 1):
        late = max(0, k - delay) if delay else 0
        heard = past[t - late]
        out = out + (network()(gin_sum(heard, k)) if gin else gcn(heard, k) @ block(c, c).T)
    past.append(out if gin else past[t] + torch.relu(out))
print(' '.join(repr(value) for value in past[-1].flatten().tolist()))
)";

void write_numbers(std::ostream& out, const at::Tensor& tensor) {
  const at::Tensor flat = tensor.detach().contiguous().flatten();
  for (std::int64_t i = 0; i < flat.numel(); ++i) {
    out << flat[i].item<double>() << ' ';
  }
}

TEST_P(DrewFormula, AgreesWithPlainPyTorch) {
  const Ringed on = ringed(test::graph_of(seed()), 3, seed() + 9);
  Drew drew = double_drew(options(4, 3));
  const DrewShape& shape = drew->options.shape();
  const bool gin = drew->options.form() == DrewForm::kGin;
  const at::Tensor x = test::features(on.graph.num_nodes(), 3, seed());
  const test::EdgeIndex index(on.graph);
  std::ostringstream question;
  question.precision(17);
  question << gin << ' ' << on.graph.num_nodes() << " 3 4 3 "
           << (shape.delay == kNoDelay ? 0 : shape.delay) << ' ' << shape.self_loops << ' '
           << on.graph.num_edges() << '\n';
  for (std::int64_t e = 0; e < on.graph.num_edges(); ++e) {
    question << index.src[e].item<std::int64_t>() << ' ' << index.dst[e].item<std::int64_t>() << ' '
             << on.type[e].item<std::int64_t>() + 1 << '\n';
  }
  write_numbers(question, x);
  for (std::int64_t t = 0; t < 4; ++t) {
    if (gin) {
      write_numbers(question, drew->eps[t]);
      for (const at::Tensor& p : drew->own->ptr(static_cast<std::size_t>(t))->parameters()) {
        write_numbers(question, p);
      }
    }
    for (std::int64_t k = 0; k < std::min<std::int64_t>(t + 1, 3); ++k) {
      for (const at::Tensor& p : ring_module(*drew, t, k).parameters()) {
        write_numbers(question, p);
      }
    }
  }
  const auto answer = isthmus::test::run_python("torch", kDrewReference, question.str());
  if (!answer) {
    GTEST_SKIP() << "no python3 with torch";
  }
  std::istringstream line(*answer);
  const at::Tensor found = drew->forward(x, on.type, on.graph).detach().contiguous().flatten();
  for (std::int64_t i = 0; i < found.numel(); ++i) {
    double expected = 0.0;
    ASSERT_TRUE(line >> expected);
    EXPECT_NEAR(found[i].item<double>(), expected, 1e-12) << i;
  }
}

TEST_P(DrewFormula, MovesWithTheNodes) {
  const Graph graph = test::graph_of(seed());
  const at::Tensor types = test::edge_types(graph, 3, 1);
  Drew drew = double_drew(options(4, 3));
  EXPECT_TRUE(test::moves_with_the_nodes(
      graph, test::features(graph.num_nodes(), 3, 2),
      [&](const at::Tensor& x, const Graph& g) { return drew->forward(x, types, g); }, seed()));
}

TEST_P(DrewFormula, HasTheGradientOfItsFormula) {
  if (seed() != 0) {
    return;  // one graph of every awkward thing will do
  }
  const Graph graph = test::awkward_graph();
  const at::Tensor types = test::edge_types(graph, 2, 4);
  Drew drew = double_drew(options(3, 2));
  const at::Tensor x = test::features(6, 3, 6).requires_grad_(true);
  EXPECT_TRUE(test::module_gradcheck([&] { return drew->forward(x, types, graph); },
                                     test::leaves_of(*drew, x)));
}

TEST_P(DrewFormula, MultipliesMessagesByTheirMask) {
  const Ringed on = ringed(test::graph_of(seed()), 3, seed() + 5);
  Drew drew = double_drew(options(4, 3));
  const at::Tensor x = test::features(on.graph.num_nodes(), 3, seed());
  ConvContext context(on.graph);
  context.edge_type = on.type;
  context.edge_mask = torch::ones({on.graph.num_edges()}, torch::kDouble);
  const at::Tensor whole = drew->forward(x, on.type, on.graph);
  EXPECT_LT(test::max_difference(drew->forward(x, context), whole), 1e-12);
  context.edge_mask = torch::zeros({on.graph.num_edges()}, torch::kDouble);
  EXPECT_GT(test::max_difference(drew->forward(x, context), whole), 1e-3);
}

//     0 <-> 1 and a loop at 0: hop 1;  0 <-> 2: hop 2;  x = (1, 0, 0), one channel, weights 1
//
// Node 0 has two arcs in at hop 1, so its loop gives it 1/2: x_1 = (1.5, 1/sqrt(2), 0), for layer 0
// hears hop 1 alone. Layer 1 tells node 2 what node 0 was: 1 with nu = 1, 1.5 without delay.
TEST(Drew, HearsHopTwoAsItWasOneLayerAgo) {
  const Graph graph =
      Graph::from_coo(3, std::vector<NodeId>{0, 1, 0, 2, 0}, std::vector<NodeId>{1, 0, 0, 0, 2});
  const at::Tensor hop = torch::tensor({0, 0, 0, 1, 1}, torch::kLong);
  const at::Tensor x = torch::tensor({{1.0}, {0.0}, {0.0}}, torch::kDouble);
  const auto run = [&](std::int64_t delay, std::int64_t layers) {
    Drew drew(DrewOptions(1, layers).shape(DrewShape{.rings = 2, .delay = delay}));
    drew->to(torch::kDouble);
    const torch::NoGradGuard no_grad;
    for (const at::Tensor& parameter : drew->parameters()) {
      parameter.fill_(1.0);
    }
    return drew->forward(x, hop, graph);
  };
  const at::Tensor after_one =
      torch::tensor({{1.5}, {1.0 / std::sqrt(2.0)}, {0.0}}, torch::kDouble);
  EXPECT_LT(test::max_difference(run(1, 1), after_one), 1e-15);
  EXPECT_DOUBLE_EQ(run(1, 2)[2][0].item<double>(), 1.0);
  EXPECT_DOUBLE_EQ(run(kNoDelay, 2)[2][0].item<double>(), 1.5);
  EXPECT_DOUBLE_EQ(run(2, 2)[2][0].item<double>(), 1.5);
}

TEST(Drew, HasOneWeightPerLayerAndRing) {
  EXPECT_THAT(test::tensor_names(*Drew(DrewOptions(2, 2).shape(DrewShape{.rings = 3}))),
              ::testing::ElementsAre("rings.0.0.weight [2, 2]", "rings.1.0.weight [2, 2]",
                                     "rings.1.1.weight [2, 2]"));
  EXPECT_EQ(test::parameters_of(*Drew(DrewOptions(2, 4).shape(DrewShape{.rings = 3}))),
            4 * (1 + 2 + 3 + 3));
  // An Mlp of 2-2-2 has 12 numbers: 1 + 2 rings and two of its own; eps is a buffer.
  EXPECT_EQ(test::parameters_of(
                *Drew(DrewOptions(2, 2).form(DrewForm::kGin).shape(DrewShape{.rings = 3}))),
            12 * 5);
}

TEST(Drew, SeesNewGraphsNewTypesAndTypesChangedInPlace) {
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  const DrewOptions options = DrewOptions(3, 3).shape(DrewShape{.rings = 3});
  Drew drew = double_drew(options);
  const auto fresh = [&](const at::Tensor& types, const Graph& g) {
    return double_drew(options)->forward(x, types, g);
  };
  at::Tensor types = test::edge_types(graph, 3, 4);
  EXPECT_TRUE(torch::equal(drew->forward(x, types, graph), fresh(types, graph)));
  types.fill_(2);
  EXPECT_TRUE(torch::equal(drew->forward(x, types, graph), fresh(types, graph)));
  const Graph other = test::random_graph(6, 9, 3);
  const at::Tensor of_other = test::edge_types(other, 3, 4);
  EXPECT_TRUE(torch::equal(drew->forward(x, of_other, other), fresh(of_other, other)));
}

TEST(Drew, TakesGraphsWithoutEdgesAndNoLayers) {
  const Graph empty = Graph::from_edges(2, {});
  const at::Tensor x = test::features(2, 3, 1);
  Drew drew = double_drew(DrewOptions(3, 2).shape(DrewShape{.rings = 2}));
  EXPECT_TRUE(torch::equal(drew->forward(x, {}, empty), x));
  EXPECT_TRUE(torch::equal(double_drew(DrewOptions(3, 0))->forward(x, {}, empty), x));
}

TEST(Drew, RefusesWhatDoesNotFit) {
  test::expect_check_fails([] { Drew(DrewOptions(0, 1)); }, "Drew: channels must be >= 1, got 0");
  test::expect_check_fails([] { Drew(DrewOptions(2, -1)); },
                           "Drew: num_layers must be >= 0, got -1");
  test::expect_check_fails([] { Drew(DrewOptions(2, 1).shape(DrewShape{.rings = 0})); },
                           "Drew: rings must be >= 1, got 0");
  test::expect_check_fails(
      [] { Drew(DrewOptions(2, 1).shape(DrewShape{.rings = 1, .delay = -1})); },
      "Drew: delay must be >= 1, or 0 for none, got -1");
  test::expect_check_fails(
      [] {
        Drew(DrewOptions(2, 1)
                 .form(DrewForm::kGin)
                 .shape(DrewShape{.rings = 1, .self_loops = true}));
      },
      "Drew: self_loops are of the GCN form alone");
  const Graph graph = test::awkward_graph();
  const at::Tensor x = test::features(6, 3, 1);
  Drew drew = double_drew(DrewOptions(3, 1).shape(DrewShape{.rings = 2}));
  test::expect_check_fails([&] { (void)drew->forward(x, {}, graph); },
                           "Drew: edge_type must be [" + std::to_string(graph.num_edges()) +
                               "], got an undefined tensor");
  test::expect_check_fails(
      [&] { (void)drew->forward(x, torch::full({graph.num_edges()}, 2, torch::kLong), graph); },
      "Drew: edge_type must be in 0..1, got 2 at edge ");
  ConvContext sample(graph);
  sample.in_scale = torch::ones({6, 1}, torch::kDouble);
  test::expect_check_fails([&] { (void)drew->forward(x, sample); },
                           "Drew: the graph must be whole, got a sample");
}

}  // namespace
}  // namespace isthmus::layers
