#include <algorithm>
#include <iterator>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <torch/autograd.h>
#include <torch/nn/module.h>
#include <torch/optim.h>
#include <torch/types.h>

#include "isthmus/layers/batch_norm.hpp"
#include "isthmus/layers/gcn_conv.hpp"
#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/layer_norm.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/mlp.hpp"
#include "isthmus/layers/readout.hpp"
#include "isthmus/layers/sage_conv.hpp"

#include "parity_cases.hpp"
#include "subjects.hpp"

namespace isthmus::layers {
namespace {

using test::ParityCase;
using test::Subject;

/// Every layer of reference.py; each has a Python formula and a case in a *_subject() function.
constexpr const char* kLayers[] = {
    "linear",     "mlp",        "gcn",          "sage",
    "gin",        "batch_norm", "layer_norm",   "readout",
    "sg",         "appnp",      "gcn2",         "dagnn",
    "graph_norm", "pair_norm",  "message_norm", "diff_group_norm",
    "gat",        "gatv2",      "transformer",  "attentional",
    "set2set",    "gine",       "graph_conv",   "gen",
    "gated_gcn",  "rgcn",       "sage_any",     "edge_conv",
    "pna",        "jump",
};

template <typename Conv, typename Options>
Subject on_graph(const ParityCase& c, const Options& options) {
  Conv conv(options);
  return {conv.ptr(), [conv, graph = c.graph()](const at::Tensor& x) mutable {
            return conv->forward(x, graph);
          }};
}

template <typename Layer>
Subject on_rows(Layer layer) {
  return {layer.ptr(), [layer](const at::Tensor& x) mutable { return layer->forward(x); }};
}

template <typename Layer>
Subject on_offsets(Layer layer, std::vector<std::int64_t> ptr) {
  return {layer.ptr(), [layer, offsets = std::move(ptr)](const at::Tensor& x) mutable {
            return layer->forward(x, offsets);
          }};
}

/// The case's layer with the values that our seed 1 gives it.
Subject make_subject(const ParityCase& c) {
  if (const auto subject = test::propagation_subject(c)) {
    return *subject;
  }
  if (const auto subject = test::attention_subject(c)) {
    return *subject;
  }
  if (const auto subject = test::edge_subject(c)) {
    return *subject;
  }
  if (const auto subject = test::extremes_subject(c)) {
    return *subject;
  }
  const std::string& layer = c.options.at("layer");
  const std::int64_t in = c.number("in");
  const std::int64_t out = c.number("out");
  const bool bias = !c.is("bias", "0");
  const Norm norm = c.is("norm", "batch") ? Norm::kBatch : Norm::kNone;
  if (layer == "linear") {
    return on_rows(Linear(LinearOptions(in, out).bias(bias).seed(1)));
  }
  if (layer == "mlp") {
    const auto act = parse_name<Activation>(c.options.at("act"));
    return on_rows(Mlp(MlpOptions({in, out, out}).norm(norm).act(act).seed(1)));
  }
  if (layer == "batch_norm") {
    return on_rows(BatchNorm(in));
  }
  if (layer == "layer_norm") {
    const LayerNormMode mode = c.is("mode", "node") ? LayerNormMode::kNode : LayerNormMode::kGraph;
    return on_offsets(LayerNorm(LayerNormOptions(in).mode(mode)),
                      c.is("ptr", "1") ? c.ptr() : std::vector<std::int64_t>());
  }
  if (layer == "readout") {
    return on_offsets(Readout(parse_name<Pooling>(c.options.at("agg"))), c.ptr());
  }
  if (layer == "gcn") {
    return on_graph<GcnConv>(c, GcnConvOptions(in, out)
                                    .add_self_loops(c.is("loops", "1"))
                                    .normalize(c.is("normalize", "1"))
                                    .bias(bias)
                                    .seed(1));
  }
  const auto agg = parse_name<ops::Reduce>(c.options.at("agg"));
  if (layer == "sage") {
    return on_graph<SageConv>(c, SageConvOptions(in, out)
                                     .agg(agg)
                                     .root_weight(c.is("root", "1"))
                                     .normalize(c.is("normalize", "1"))
                                     .bias(bias)
                                     .seed(1));
  }
  return on_graph<GinConv>(
      c, GinConvOptions(in, out).agg(agg).norm(norm).train_eps(c.is("train_eps", "1")).seed(1));
}

/// Largest |a - b| / (1 + |b|); infinite for other shapes.
double difference(const at::Tensor& a, const at::Tensor& b) {
  if (!a.sizes().equals(b.sizes())) {
    return std::numeric_limits<double>::infinity();
  }
  const at::Tensor wide = b.to(torch::kDouble);
  return a.numel() == 0
             ? 0.0
             : ((a.to(torch::kDouble) - wide).abs() / (1.0 + wide.abs())).max().item<double>();
}

/// Output, gradients and buffers of our layer against the file's.
void compare(const ParityCase& c, at::ScalarType type, double forward_bound, double grad_bound) {
  SCOPED_TRACE(c.name);
  Subject subject = make_subject(c);
  subject.module->to(type);
  subject.module->train(!c.is("training", "0"));
  load_named_tensors(*subject.module, c.state, {.source = c.name});

  const at::Tensor x = c.input.at("x").to(type).requires_grad_(true);
  const at::Tensor out = subject.forward(x);
  EXPECT_LE(difference(out, c.expect.at("out")), forward_bound);

  std::vector<std::string> names{"x"};
  std::vector<at::Tensor> leaves{x};
  for (const auto& entry : subject.module->named_parameters()) {
    if (entry.value().requires_grad()) {
      names.push_back(entry.key());
      leaves.push_back(entry.value());
    }
  }
  EXPECT_EQ(names.size(), c.expect_grad.size());
  const auto grads =
      torch::autograd::grad({(out * c.probe.to(type)).sum()}, leaves, {}, {}, false, true);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    const at::Tensor grad = grads[i].defined() ? grads[i] : torch::zeros_like(leaves[i]);
    EXPECT_LE(difference(grad, c.expect_grad.at(names[i])), grad_bound) << names[i];
  }
  for (const auto& [name, tensor] : named_tensors(*subject.module)) {
    EXPECT_LE(difference(tensor, c.expect_state.at(name)), forward_bound) << name;
  }
}

class Parity : public ::testing::TestWithParam<std::string> {
 protected:
  void SetUp() override {
    if (test::parity_folder().path.empty()) {
      GTEST_SKIP() << test::parity_folder().why;
    }
  }
};

TEST_P(Parity, AgreesWithPyTorchInDouble) {
  const std::vector<ParityCase> cases = test::parity_cases(GetParam());
  EXPECT_FALSE(cases.empty());
  for (const ParityCase& c : cases) {
    compare(c, torch::kDouble, 1e-10, 1e-9);
  }
}

// Inputs are rounded to float too: about 30 sums of products of numbers near 1 lose 1e-6.
TEST_P(Parity, AgreesWithPyTorchInFloat) {
  for (const ParityCase& c : test::parity_cases(GetParam())) {
    // A standard deviation divides by itself: near eps it magnifies the rounding of its squares.
    const double bound = GetParam() == "pna" || GetParam() == "sage_any" ? 1e-4 : 1e-5;
    compare(c, torch::kFloat, bound, bound);
  }
}

INSTANTIATE_TEST_SUITE_P(Layers, Parity,
                         ::testing::ValuesIn(std::vector<std::string>(std::begin(kLayers),
                                                                      std::end(kLayers))),
                         [](const auto& param) { return param.param; });

class ParityWayBack : public Parity {};

TEST_P(ParityWayBack, PythonLoadsWhatWeSaveAndComputesTheSame) {
  for (const char* layer : kLayers) {
    for (const ParityCase& c : test::parity_cases(layer)) {
      Subject subject = make_subject(c);
      subject.module->to(torch::kDouble);
      subject.module->train(!c.is("training", "0"));
      NamedTensors before = named_tensors(*subject.module);
      for (auto& [name, tensor] : before) {
        tensor = tensor.clone();  // the forward pass moves running statistics
      }
      test::write_back(c, before, subject.forward(c.input.at("x")));
    }
  }
  EXPECT_EQ(test::verify_in_python(), "");
}

INSTANTIATE_TEST_SUITE_P(All, ParityWayBack, ::testing::Values("all"),
                         [](const auto& param) { return param.param; });

/// The stored entries of a dense float matrix, computing in double.
ops::SparseMatrix sparse_of(const at::Tensor& dense) {
  const float* data = dense.data_ptr<float>();
  std::vector<std::int64_t> rowptr{0};
  std::vector<std::int32_t> col;
  std::vector<float> value;
  for (std::int64_t r = 0; r < dense.size(0); ++r) {
    for (std::int64_t c = 0; c < dense.size(1); ++c) {
      const float entry = data[r * dense.size(1) + c];
      if (entry != 0.0F) {
        col.push_back(static_cast<std::int32_t>(c));
        value.push_back(entry);
      }
    }
    rowptr.push_back(static_cast<std::int64_t>(col.size()));
  }
  return {dense.size(0), dense.size(1), rowptr, col, value, torch::kDouble};
}

class ParityTraining : public Parity {};

std::unique_ptr<torch::optim::Optimizer> make_optimizer(const ParityCase& c, const Gnn& gnn) {
  const double rate = std::stod(c.options.at("lr"));
  const double decay = std::stod(c.options.at("weight_decay"));
  const std::vector<at::Tensor> first = gnn->first_layer_parameters();
  std::vector<at::Tensor> rest;
  for (const at::Tensor& parameter : gnn->parameters()) {
    const bool is_first = std::any_of(first.begin(), first.end(), [&](const at::Tensor& other) {
      return other.is_same(parameter);
    });
    if (!is_first) {
      rest.push_back(parameter);
    }
  }
  const auto groups = [&](auto options, auto decayed) {
    return std::vector<torch::optim::OptimizerParamGroup>{
        {first, std::make_unique<decltype(decayed)>(decayed)},
        {rest, std::make_unique<decltype(options)>(options)}};
  };
  if (c.is("optimizer", "adam")) {
    const torch::optim::AdamOptions options(rate);
    return std::make_unique<torch::optim::Adam>(
        groups(options, torch::optim::AdamOptions(options).weight_decay(decay)), options);
  }
  const auto options = torch::optim::SGDOptions(rate).momentum(std::stod(c.options.at("momentum")));
  return std::make_unique<torch::optim::SGD>(
      groups(options, torch::optim::SGDOptions(options).weight_decay(decay)), options);
}

// The sparse input, our GCN and every step of the optimiser against Python's dense training.
TEST_P(ParityTraining, LosesAsPyTorchAtEveryStep) {
  if (!test::has_case("training-" + GetParam())) {
    ASSERT_EQ(GetParam(), "cora");
    GTEST_SKIP() << "no data root with planetoid/cora";
  }
  const ParityCase c = test::read_parity_case("training-" + GetParam());
  Gnn gnn(GnnOptions{
      .dim_in = c.number("in"), .dim_out = c.number("out"), .dim_inner = c.number("inner")});
  gnn->to(torch::kDouble);
  load_named_tensors(*gnn, c.state, {.source = c.name});
  const std::unique_ptr<torch::optim::Optimizer> optimizer = make_optimizer(c, gnn);

  const ops::SparseMatrix x = sparse_of(c.input.at("x"));
  const Graph graph = c.graph();
  const at::Tensor rows = c.input.at("rows");
  const at::Tensor labels = c.input.at("y").index_select(0, rows);
  const at::Tensor losses = c.expect.at("losses");
  for (std::int64_t step = 0; step < losses.size(0); ++step) {
    optimizer->zero_grad();
    const at::Tensor scores = gnn->forward(x, graph).index_select(0, rows);
    const at::Tensor loss = torch::nll_loss(torch::log_softmax(scores, 1), labels);
    ASSERT_NEAR(loss.item<double>(), losses[step].item<double>(), 1e-6) << "step " << step;
    loss.backward();
    optimizer->step();
  }
  for (const auto& [name, tensor] : named_tensors(*gnn)) {
    EXPECT_LE(difference(tensor, c.expect_state.at(name)), 1e-6) << name;
  }
}

INSTANTIATE_TEST_SUITE_P(Runs, ParityTraining, ::testing::Values("adam", "sgd", "momentum", "cora"),
                         [](const auto& param) { return param.param; });

}  // namespace
}  // namespace isthmus::layers
