#include "isthmus/explain/saliency.hpp"

#include <gtest/gtest.h>

#include "isthmus/explain/input_x_gradient.hpp"

#include "explain_cases.hpp"

namespace isthmus::explain {
namespace {

using layers::LayerType;

// Against central differences of the logit, for a network of two layers.
TEST(Saliency, IsTheSizeOfTheGradient) {
  train::ModelInput input;
  input.graph = isthmus::test::random_multigraph(12, 30, 4);
  input.x = test::numbers(12, 3, 4, torch::kDouble);
  layers::GnnOptions options{.layer_type = LayerType::kGcn, .dim_in = 3, .dim_out = 2};
  options.act = layers::Activation::kTanh;
  const Subject subject = subject_of_node(test::made(options, torch::kDouble), input, 5);
  const at::Tensor x = std::get<at::Tensor>(subject.input.x);
  const at::Tensor ones = torch::ones({subject.input.graph.num_edges()}, torch::kDouble);
  const Explanation found = saliency(subject);
  const double step = 1e-5;  // as gradcheck: errors of 1e-10
  const auto logit = [&](const at::Tensor& features, const at::Tensor& mask) {
    return class_logit(target_scores(subject, features, mask), subject.label).item<double>();
  };
  for (std::int64_t e = 0; e < ones.size(0); ++e) {
    const at::Tensor move = torch::zeros_like(ones);
    move[e] = step;
    const double slope = (logit(x, ones + move) - logit(x, ones - move)) / (2 * step);
    EXPECT_NEAR(found.edge_mask[e].item<double>(), std::abs(slope), 1e-8) << e;
  }
  for (std::int64_t i = 0; i < x.numel(); ++i) {
    const at::Tensor move = torch::zeros_like(x);
    move.view(-1)[i] = step;
    const double slope = (logit(x + move, {}) - logit(x - move, {})) / (2 * step);
    EXPECT_NEAR(found.x_mask.view(-1)[i].item<double>(), std::abs(slope), 1e-8) << i;
  }
}

TEST(Saliency, AddsSizesUp) {
  const test::Houses set = test::houses();
  const Subject subject = subject_of_node(test::house_gcn(), set.input, 101);
  const at::Tensor all = saliency(subject).x_mask;
  const at::Tensor nodes = saliency(subject, {.feature = false}).x_mask;
  EXPECT_LT((all.sum(1, true) - nodes).abs().max().item<double>(), 1e-6);
  const Explanation edges = saliency(subject, {.node = false, .feature = false});
  EXPECT_FALSE(edges.x_mask.defined());
  EXPECT_TRUE(edges.edge_mask.equal(saliency(subject).edge_mask));
}

// Nothing of it stays in the network: the next training step starts from what it had.
TEST(Saliency, LeavesTheGradientsOfParametersAlone) {
  const test::Houses set = test::houses();
  layers::Gnn model = test::made({.dim_in = 4, .dim_out = 4});
  (void)saliency(subject_of_node(model, set.input, 101));
  for (const at::Tensor& parameter : model->parameters()) {
    EXPECT_FALSE(parameter.grad().defined());
  }
}

}  // namespace
}  // namespace isthmus::explain
