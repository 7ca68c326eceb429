#include "isthmus/explain/gnn_explainer.hpp"

#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"
#include "isthmus/explain/ground_truth.hpp"
#include "isthmus/explain/random_explainer.hpp"
#include "isthmus/formats/json.hpp"

#include "explain_cases.hpp"
#include "support/message_of.hpp"
#include "support/python_oracle.hpp"

namespace isthmus::explain {
namespace {

using formats::Json;
using ::testing::HasSubstr;

// GNNExplainer in plain PyTorch on a GCN of two layers, from the paper and PyG's constants; all in
// float64. Reads the network, the graph, the target and the starting values; prints both masks.
constexpr const char* kReference = R"py(
import json, sys, torch
d = json.load(sys.stdin)
t = lambda k: torch.tensor(d[k], dtype=torch.float64)
x, src, dst = t('x'), torch.tensor(d['src']), torch.tensor(d['dst'])
w0, b0, w1, b1 = t('w0'), t('b0'), t('w1'), t('b1')
n, row, label = len(x), d['row'], d['label']
keep = src != dst
degree = torch.ones(n, dtype=torch.float64).index_add(0, dst[keep], torch.ones(int(keep.sum()), dtype=torch.float64))
inv = degree ** -.5
def conv(h, w, b, mask):
    h = h @ w.t()
    weight = (inv[src] * inv[dst] * mask)[keep]
    out = inv[:, None] ** 2 * h
    return out.index_add(0, dst[keep], weight[:, None] * h[src[keep]]) + b
def model(h, mask):
    return conv(torch.relu(conv(h, w0, b0, mask)), w1, b1, mask)
me, mx = t('edge_start').requires_grad_(), t('x_start').requires_grad_()
mate = torch.tensor(d['mate'])
edges = lambda: (me.sigmoid() + me.sigmoid()[mate]) / 2
adam = torch.optim.Adam([me, mx], lr=.01)
entropy = lambda p: (-p * torch.log(p + 1e-15) - (1 - p) * torch.log(1 - p + 1e-15)).mean()
hard_e = hard_x = None
for epoch in range(100):
    adam.zero_grad()
    scores = model(x * mx.sigmoid(), edges())[row]
    loss = torch.nn.functional.cross_entropy(scores[None], torch.tensor([label]))
    if hard_e is not None:
        pe, px = edges()[hard_e], mx[hard_x].sigmoid()
        loss = loss + .005 * pe.sum() + 1. * entropy(pe) + 1. * px.mean() + .1 * entropy(px)
    loss.backward()
    if hard_e is None:
        hard_e, hard_x = me.grad != 0, mx.grad != 0
    adam.step()
for mask, hard in ((edges(), hard_e), (mx.sigmoid(), hard_x)):
    print(*(mask * hard).detach().flatten().tolist())
)py";

Json numbers_json(const at::Tensor& tensor) {
  Json json = Json::array();
  if (tensor.dim() == 2) {
    for (std::int64_t row = 0; row < tensor.size(0); ++row) {
      json.push_back(numbers_json(tensor[row]));
    }
    return json;
  }
  for (std::int64_t i = 0; i < tensor.size(0); ++i) {
    json.push_back(tensor[i].item<double>());
  }
  return json;
}

at::Tensor read_line(std::istringstream& lines) {
  std::string line;
  std::getline(lines, line);
  std::istringstream words(line);
  std::vector<double> values;
  for (double value = 0.0; words >> value;) {
    values.push_back(value);
  }
  return torch::tensor(values, torch::kDouble);
}

/// The opposite arc of each by search: the one with as many equals before it.
std::vector<std::size_t> mates_by_search(const std::vector<Edge>& arcs) {
  const auto is = [&](std::size_t e, const Edge& arc) {
    return arcs[e].u == arc.u && arcs[e].v == arc.v;
  };
  const auto rank = [&](std::size_t e) {
    std::size_t before = 0;
    for (std::size_t f = 0; f < e; ++f) {
      before += is(f, arcs[e]) ? 1U : 0U;
    }
    return before;
  };
  std::vector<std::size_t> mates;
  for (std::size_t e = 0; e < arcs.size(); ++e) {
    std::size_t mate = e;
    for (std::size_t f = 0; f < arcs.size() && arcs[e].u != arcs[e].v; ++f) {
      if (is(f, {arcs[e].v, arcs[e].u}) && rank(f) == rank(e)) {
        mate = f;
      }
    }
    mates.push_back(mate);
  }
  return mates;
}

/// 100 steps from the same start, to 1e-5; what is not involved is 0 in both.
void expect_plain_pytorch(const Graph& whole, bool symmetric) {
  train::ModelInput input;
  input.graph = whole;
  input.x = test::numbers(40, 3, 6, torch::kDouble);
  layers::Gnn model =
      test::made({.layer_type = layers::LayerType::kGcn, .dim_in = 3, .dim_out = 3, .seed = 2},
                 torch::kDouble);
  const Subject subject = subject_of_node(model, input, 30);
  const at::Tensor x = std::get<at::Tensor>(subject.input.x);
  GnnExplainerOptions options;
  options.symmetric = symmetric;
  options.edge_start =
      test::numbers(subject.input.graph.num_edges(), 1, 8, torch::kDouble).squeeze(1) * 0.2;
  options.x_start = test::numbers(x.size(0), 3, 9, torch::kDouble) * 0.1;
  const Explanation found = gnn_explainer(subject, options);

  Json question = Json::object();
  question["x"] = numbers_json(x);
  Json src = Json::array();
  Json dst = Json::array();
  const Graph& graph = subject.input.graph;
  std::vector<Edge> by_position(static_cast<std::size_t>(graph.num_edges()));
  const std::vector<Edge> arcs = graph.arcs();
  for (std::size_t slot = 0; slot < arcs.size(); ++slot) {
    by_position[static_cast<std::size_t>(graph.eid()[static_cast<EdgeId>(slot)])] = arcs[slot];
  }
  for (const Edge& arc : by_position) {
    src.push_back(static_cast<std::int64_t>(arc.u));
    dst.push_back(static_cast<std::int64_t>(arc.v));
  }
  const std::vector<std::size_t> mates = mates_by_search(by_position);
  Json mate = Json::array();
  std::size_t pairs = 0;
  for (std::size_t e = 0; e < mates.size(); ++e) {
    pairs += mates[e] != e ? 1U : 0U;
    mate.push_back(static_cast<std::int64_t>(symmetric ? mates[e] : e));
  }
  ASSERT_GT(pairs, 3U);
  question["mate"] = mate;
  question["src"] = src;
  question["dst"] = dst;
  const auto parameters = model->named_parameters();
  question["w0"] = numbers_json(parameters["convs.0.lin.weight"].detach());
  question["b0"] = numbers_json(parameters["convs.0.bias"].detach());
  question["w1"] = numbers_json(parameters["convs.1.lin.weight"].detach());
  question["b1"] = numbers_json(parameters["convs.1.bias"].detach());
  question["row"] = subject.row;
  question["label"] = subject.label;
  question["edge_start"] = numbers_json(options.edge_start);
  question["x_start"] = numbers_json(options.x_start);
  const auto answer = isthmus::test::run_python("torch", kReference, formats::write_json(question));
  if (!answer) {
    GTEST_SKIP() << "no python3 with torch";
  }
  std::istringstream lines(*answer);
  const at::Tensor edge = read_line(lines);
  const at::Tensor feature = read_line(lines);
  EXPECT_LT((edge - found.edge_mask).abs().max().item<double>(), 1e-5);
  EXPECT_LT((feature - found.x_mask.flatten()).abs().max().item<double>(), 1e-5);
  EXPECT_TRUE(edge.eq(0).equal(found.edge_mask.eq(0)));
  EXPECT_GT(edge.ne(0).sum().item<std::int64_t>(), 3);
}

// A multigraph with loops, parallel arcs and some arcs both ways.
TEST(GnnExplainer, AgreesWithPlainPyTorch) {
  const Graph mixed = isthmus::test::random_multigraph(40, 300, 7);
  expect_plain_pytorch(mixed, false);
  expect_plain_pytorch(mixed, true);
}

MaskAgainstTruth against_truth(const Subject& subject, const at::Tensor& mask,
                               const test::Houses& set) {
  MaskAgainstTruth result;
  for (std::size_t e = 0; e < subject.edges.size(); ++e) {
    if (subject.explained[e] != 0) {
      result.size.push_back(mask[static_cast<std::int64_t>(e)].item<double>());
      result.truth.push_back(set.truth[static_cast<std::size_t>(subject.edges[e])]);
    }
  }
  return result;
}

// The published claim in small, judged as published: edges of all targets pooled.
TEST(GnnExplainer, FindsTheHouses) {
  const test::Houses set = test::houses();
  layers::Gnn model = test::house_gcn();
  const at::Tensor right =
      train::run_model(model, set.input).argmax(1).eq(torch::tensor(set.label));
  ASSERT_GT(right.to(torch::kDouble).mean().item<double>(), 0.95);
  std::vector<MaskAgainstTruth> found;
  std::vector<MaskAgainstTruth> random;
  for (std::int64_t node = test::kBase; node < test::kNodes; node += 7) {
    const Subject subject = subject_of_node(model, set.input, node);
    found.push_back(against_truth(subject, gnn_explainer(subject).edge_mask, set));
    random.push_back(against_truth(subject, random_explainer(subject).edge_mask, set));
  }
  EXPECT_NEAR(ground_truth(random).pooled, 0.5, 0.15);
}

// Regularisers see what is involved alone, and starts hang on numbers in the whole graph: masks are
// the same whatever is cut out.
TEST(GnnExplainer, DoesNotDependOnTheCutOut) {
  const test::Houses set = test::houses();
  layers::Gnn model = test::house_gcn();
  const Subject part = subject_of_node(model, set.input, 102);
  Subject whole = part;
  whole.input = set.input;
  whole.row = 102;
  whole.nodes.resize(test::kNodes);
  whole.edges.resize(set.truth.size());
  for (std::size_t i = 0; i < whole.edges.size(); ++i) {
    whole.edges[i] = static_cast<std::int64_t>(i);
  }
  for (std::size_t i = 0; i < whole.nodes.size(); ++i) {
    whole.nodes[i] = static_cast<std::int64_t>(i);
  }
  const Explanation of_part = gnn_explainer(part, {.epochs = 20});
  const Explanation of_whole = gnn_explainer(whole, {.epochs = 20});
  at::Tensor elsewhere = of_whole.edge_mask.clone();
  for (std::size_t e = 0; e < part.edges.size(); ++e) {
    EXPECT_NEAR(of_part.edge_mask[static_cast<std::int64_t>(e)].item<float>(),
                of_whole.edge_mask[part.edges[e]].item<float>(), 1e-4F);
    elsewhere[part.edges[e]] = 0.0F;
  }
  EXPECT_EQ(elsewhere.abs().max().item<float>(), 0.0F);
}

TEST(GnnExplainer, GivesTheMasksAskedFor) {
  const test::Houses set = test::houses();
  const Subject subject = subject_of_node(test::house_gcn(), set.input, 102);
  const Explanation edges =
      gnn_explainer(subject, {.masks = {.node = false, .feature = false}, .epochs = 2});
  EXPECT_FALSE(edges.x_mask.defined());
  const Explanation features =
      gnn_explainer(subject, {.masks = {.edge = false, .node = false}, .epochs = 2});
  EXPECT_FALSE(features.edge_mask.defined());
  EXPECT_EQ(features.x_mask.sizes(), at::IntArrayRef({1, 4}));
  const Explanation again =
      gnn_explainer(subject, {.masks = {.node = false, .feature = false}, .epochs = 2});
  EXPECT_TRUE(edges.edge_mask.equal(again.edge_mask));
  const Explanation other =
      gnn_explainer(subject, {.masks = {.node = false, .feature = false}, .epochs = 2, .seed = 9});
  EXPECT_FALSE(edges.edge_mask.equal(other.edge_mask));
}

TEST(GnnExplainer, RefusesWhatCannotBeLearnt) {
  const test::Houses set = test::houses();
  const Subject subject = subject_of_node(test::house_gcn(), set.input, 102);
  const auto expect_refused = [&](const GnnExplainerOptions& options, const char* text) {
    EXPECT_THAT(
        isthmus::test::message_of<InvalidArgument>([&] { (void)gnn_explainer(subject, options); }),
        HasSubstr(text));
  };
  expect_refused({.epochs = 0}, "epochs must be >= 1, got 0");
  expect_refused({.lr = 0.0}, "lr must be > 0, got 0.0");
  expect_refused({.masks = {false, false, false}}, "masks must name edge, node or feature");
}

}  // namespace
}  // namespace isthmus::explain
