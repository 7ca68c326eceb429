#include "isthmus/layers/pna_conv.hpp"

#include <cmath>

#include "isthmus/layers/state_dict.hpp"

#include "layer_cases.hpp"

namespace isthmus::layers {
namespace {

using ops::Reduce;
using ::testing::ElementsAre;

PnaConv double_conv(const PnaConvOptions& options) {
  PnaConv conv(options);
  conv->to(torch::kDouble);
  return conv;
}

PnaShape every_part() {
  PnaShape shape;
  shape.aggregators = {Reduce::kSum, Reduce::kMean, Reduce::kMax,
                       Reduce::kMin, Reduce::kVar,  Reduce::kStd};
  shape.scalers = {DegreeScaler::kLinear, DegreeScaler::kIdentity, DegreeScaler::kAmplification,
                   DegreeScaler::kInverseLinear, DegreeScaler::kAttenuation};
  shape.degrees = {1, 2, 3};
  return shape;
}

at::Tensor reduced(const at::Tensor& h, Reduce reduce) {
  const at::Tensor var = (h - h.mean(0)).square().mean(0);
  return reduce == Reduce::kSum    ? h.sum(0)
         : reduce == Reduce::kMean ? h.mean(0)
         : reduce == Reduce::kMax  ? std::get<0>(h.max(0))
         : reduce == Reduce::kMin  ? std::get<0>(h.min(0))
         : reduce == Reduce::kVar  ? var
                                   : (var + 1e-5).sqrt();
}

double scale(DegreeScaler scaler, double d, double mean, double mean_log) {
  return scaler == DegreeScaler::kIdentity        ? 1.0
         : scaler == DegreeScaler::kAmplification ? std::log(d + 1) / mean_log
         : scaler == DegreeScaler::kAttenuation   ? mean_log / std::log(std::max(d, 1.0) + 1)
         : scaler == DegreeScaler::kLinear        ? d / mean
                                                  : mean / std::max(d, 1.0);
}

/// The layer's definition, node by node and arc by arc; histogram {1, 2, 3}.
at::Tensor by_formula(const PnaConv& conv, const at::Tensor& x, const Graph& graph) {
  const PnaShape& shape = conv->options.shape();
  const NamedTensors t = named_tensors(*conv);
  const double mean = 8.0 / 6.0;
  const double mean_log = (2 * std::log(2.0) + 3 * std::log(3.0)) / 6.0;
  const auto network = [&](at::Tensor h, const std::string& name, std::int64_t layers) {
    for (std::int64_t i = 0; i < layers; ++i) {
      const std::string lin = name + "." + std::to_string(2 * i);
      h = torch::mv(t.at(lin + ".weight"), i == 0 ? h : torch::tanh(h)) + t.at(lin + ".bias");
    }
    return h;
  };
  const std::int64_t width = shape.divide_input ? x.size(1) / shape.towers : x.size(1);
  std::vector<at::Tensor> rows;
  for (NodeId i = 0; i < graph.num_nodes(); ++i) {
    std::vector<at::Tensor> outs;
    for (std::int64_t tower = 0; tower < shape.towers; ++tower) {
      const std::int64_t from = shape.divide_input ? tower * width : 0;
      const auto own = [&](std::int64_t v) { return x[v].slice(0, from, from + width); };
      const std::string index = std::to_string(tower);
      std::vector<at::Tensor> heard;
      for (const NodeId j : graph.csr().row(i)) {
        heard.push_back(
            network(torch::cat({own(i), own(j)}), "pre_nns." + index, shape.pre_layers));
      }
      std::vector<at::Tensor> parts{own(i)};
      for (const DegreeScaler scaler : shape.scalers) {
        for (const Reduce reduce : shape.aggregators) {
          parts.push_back(heard.empty()
                              ? torch::zeros({width}, torch::kDouble)
                              : scale(scaler, static_cast<double>(heard.size()), mean, mean_log) *
                                    reduced(torch::stack(heard), reduce));
        }
      }
      outs.push_back(network(torch::cat(parts), "post_nns." + index, shape.post_layers));
    }
    rows.push_back(torch::mv(t.at("lin.weight"), torch::cat(outs)) + t.at("lin.bias"));
  }
  return torch::stack(rows);
}

// Arcs 1 -> 0 and 2 -> 0, x = (1, 2, 6), pre = x_i + x_j + 1: messages 4 and 8. Mean 6, max 8; the
// network after it adds x_i, 10 mean and 100 max: 1 + 60 + 800. Nodes 1 and 2 hear nobody: x_i.
TEST(PnaConv, GivesTheAnswerByHandOnAStar) {
  PnaShape shape;
  shape.aggregators = {Reduce::kMean, Reduce::kMax};
  shape.scalers = {DegreeScaler::kIdentity};
  PnaConv conv = double_conv(PnaConvOptions(1, 1).shape(shape));
  const torch::NoGradGuard no_grad;
  Linear pre = conv->pre_nns[0]->as<PnaTowerImpl>()->lins[0];
  Linear post = conv->post_nns[0]->as<PnaTowerImpl>()->lins[0];
  pre->weight.fill_(1.0);
  pre->bias.fill_(1.0);
  post->weight.copy_(torch::tensor({{1.0, 10.0, 100.0}}));
  post->bias.fill_(0.0);
  conv->lin->weight.fill_(1.0);
  conv->lin->bias.fill_(0.0);
  const Graph star = Graph::from_coo(3, std::vector<NodeId>{1, 2}, std::vector<NodeId>{0, 0});
  const at::Tensor y = conv->forward(torch::tensor({{1.0}, {2.0}, {6.0}}, torch::kDouble), star);
  EXPECT_TRUE(torch::equal(y, torch::tensor({{861.0}, {2.0}, {6.0}}, torch::kDouble)));
}

// Histogram {1, 2, 3}: 8 arcs at 6 nodes.
TEST(PnaConv, TakesItsMeanDegreesFromTheHistogram) {
  const PnaConv conv(PnaConvOptions(2, 2).shape(every_part()));
  EXPECT_NEAR(conv->aggr_module->avg_deg_lin.item<double>(), 8.0 / 6.0, 1e-6);
  EXPECT_NEAR(conv->aggr_module->avg_deg_log.item<double>(),
              (2 * std::log(2.0) + 3 * std::log(3.0)) / 6.0, 1e-6);
  const PnaConv unknown(2, 2);
  EXPECT_EQ(unknown->aggr_module->avg_deg_lin.item<double>(), 1.0);
  PnaShape isolated;
  isolated.degrees = {5};
  const PnaConv nobody(PnaConvOptions(2, 2).shape(isolated));
  EXPECT_EQ(nobody->aggr_module->avg_deg_log.item<double>(), 1.0);
}

/// Towers, layers before and after, divided input.
struct Layout {
  std::int64_t towers;
  std::int64_t pre;
  std::int64_t post;
  bool divide;
};
const std::vector<Layout> kLayouts = {
    {1, 1, 1, false}, {2, 1, 2, false}, {2, 1, 1, true}, {1, 2, 1, false}, {2, 3, 2, true}};

PnaConv conv_of(const Layout& layout, std::uint64_t seed) {
  PnaShape shape = every_part();
  shape.towers = layout.towers;
  shape.pre_layers = layout.pre;
  shape.post_layers = layout.post;
  shape.divide_input = layout.divide;
  PnaConv conv = double_conv(PnaConvOptions(4, 6).shape(shape).act(Activation::kTanh).seed(seed));
  // In double to the last bit: the means were rounded to float.
  const torch::NoGradGuard no_grad;
  conv->aggr_module->reset_parameters();
  return conv;
}

class PnaConvOnGraph : public ::testing::TestWithParam<std::uint64_t> {};

TEST_P(PnaConvOnGraph, EqualsItsFormulaArcByArc) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const at::Tensor x = test::features(graph.num_nodes(), 4, seed);
  for (const Layout& layout : kLayouts) {
    PnaConv conv = conv_of(layout, seed);
    // Roots of variances that should be 0 magnify rounding.
    EXPECT_LT(test::max_difference(conv->forward(x, graph), by_formula(conv, x, graph)), 1e-11);
  }
}

TEST_P(PnaConvOnGraph, MovesWithTheNodes) {
  const std::uint64_t seed = GetParam();
  const Graph graph = test::graph_of(seed);
  const at::Tensor x = test::features(graph.num_nodes(), 4, seed);
  PnaConv conv = conv_of(kLayouts[1], seed);
  EXPECT_LT(
      test::move_difference(
          graph, x, seed, [&](const at::Tensor& h, const Graph& g) { return conv->forward(h, g); }),
      1e-11);
}

INSTANTIATE_TEST_SUITE_P(Seeds, PnaConvOnGraph, ::testing::Range<std::uint64_t>(0, 4));

TEST(PnaConv, HasTheGradientOfItsFormula) {
  const Graph graph = test::awkward_graph();
  for (const auto& [pre, trained] : {std::pair{1, true}, {2, false}}) {
    PnaShape shape;
    shape.towers = 2;
    shape.pre_layers = pre;
    shape.divide_input = true;
    PnaConv conv =
        double_conv(PnaConvOptions(4, 2).shape(shape).act(Activation::kTanh).train_norm(trained));
    const at::Tensor x = test::features(6, 4, 2).requires_grad_(true);
    // The root of a variance bends fast: small steps, and what rounding leaves of them.
    EXPECT_TRUE(test::module_gradcheck([&] { return conv->forward(x, graph); },
                                       test::leaves_of(*conv, x),
                                       {.step = 1e-6, .tolerance = 1e-5}));
  }
}

TEST(PnaConv, TakesSparseInputAndNoNodes) {
  const at::Tensor words = test::bag_of_words(6, 4, 1);
  const Graph graph = test::awkward_graph();
  for (const Layout& layout : kLayouts) {
    PnaConv conv = conv_of(layout, 3);
    EXPECT_LT(test::max_difference(conv->forward(words, graph),
                                   conv->forward(test::sparse_of(words), graph)),
              1e-11);
    EXPECT_EQ(conv->forward(torch::zeros({0, 4}, torch::kDouble), Graph()).size(0), 0);
  }
}

TEST(PnaConv, HasPygsNamesAndNamesWhatDoesNotFit) {
  PnaShape shape;
  shape.towers = 2;
  shape.pre_layers = 2;
  shape.aggregators = {Reduce::kMax};
  shape.scalers = {DegreeScaler::kIdentity, DegreeScaler::kLinear};
  EXPECT_THAT(
      test::tensor_names(*PnaConv(PnaConvOptions(3, 4).shape(shape))),
      ElementsAre("pre_nns.0.0.weight [3, 6]", "pre_nns.0.0.bias [3]", "pre_nns.0.2.weight [3, 3]",
                  "pre_nns.0.2.bias [3]", "pre_nns.1.0.weight [3, 6]", "pre_nns.1.0.bias [3]",
                  "pre_nns.1.2.weight [3, 3]", "pre_nns.1.2.bias [3]", "post_nns.0.0.weight [2, 9]",
                  "post_nns.0.0.bias [2]", "post_nns.1.0.weight [2, 9]", "post_nns.1.0.bias [2]",
                  "lin.weight [4, 4]", "lin.bias [4]", "aggr_module.avg_deg_lin [1]",
                  "aggr_module.avg_deg_log [1]"));
  const auto expect = [](const PnaConvOptions& options, const std::string& text) {
    test::expect_check_fails([&] { PnaConv conv(options); }, "PnaConv: " + text);
  };
  expect(PnaConvOptions(3, 3).shape(shape), "out_channels must be a multiple of towers, 2, got 3");
  shape.divide_input = true;
  expect(PnaConvOptions(3, 4).shape(shape), "in_channels must be a multiple of towers, 2, got 3");
  shape.pre_layers = 0;
  expect(PnaConvOptions(4, 4).shape(shape), "pre_layers and post_layers must be >= 1, got 0 and 1");
  shape.towers = 0;
  expect(PnaConvOptions(4, 4).shape(shape), "towers must be >= 1, got 0");
  shape.scalers = {};
  expect(PnaConvOptions(4, 4).shape(shape), "scalers must not be empty");
  shape.aggregators = {};
  expect(PnaConvOptions(4, 4).shape(shape), "aggregators must not be empty");
  test::expect_check_fails(
      [] {
        (void)PnaConv(2, 3)->forward(torch::zeros({6, 3}), test::awkward_graph());
      },
      "PnaConv: x must be floating [6, 2], got Float [6, 3]");
  std::ostringstream text;
  PnaConv(2, 3)->pretty_print(text);
  EXPECT_EQ(text.str(), "PNAConv(2, 3, towers=1, edge_dim=None)");
}

}  // namespace
}  // namespace isthmus::layers
