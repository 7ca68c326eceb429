#include "isthmus/explain/input_x_gradient.hpp"

#include <gtest/gtest.h>

#include "explain_cases.hpp"

namespace isthmus::explain {
namespace {

// SGC with one hop is linear: s = sum over arcs j -> i of S_ij x_j W, and its loop. Arc 0 -> 2 and
// 1 -> 2, so d_2 = 1 / sqrt(3), d_0 = d_1 = 1: shares 1 / sqrt(3), own 1 / 3. x W = 2, -1, 6.
TEST(InputXGradient, SharesOutALinearLogit) {
  train::ModelInput input;
  const std::vector<NodeId> src = {0, 1};
  const std::vector<NodeId> dst = {2, 2};
  input.graph = Graph::from_coo(3, src, dst);
  input.x = torch::tensor({2.0, -1.0, 6.0}, torch::kDouble).unsqueeze(1);
  layers::Gnn model =
      test::made({.layer_type = layers::LayerType::kSg, .dim_in = 1, .dim_out = 2, .layers_mp = 1},
                 torch::kDouble);
  {
    const torch::NoGradGuard no_grad;
    for (const auto& parameter : model->named_parameters()) {
      parameter.value().zero_();
      if (parameter.key() == "convs.0.lin.weight") {
        parameter.value()[1] = 1.0;
      }
    }
  }
  Subject subject = subject_of_node(model, input, 2);
  subject.label = 1;
  const double share = 1.0 / std::sqrt(3.0);
  const Explanation found = input_x_gradient(subject);
  EXPECT_NEAR(found.edge_mask[0].item<double>(), 2.0 * share, 1e-12);
  EXPECT_NEAR(found.edge_mask[1].item<double>(), -share, 1e-12);
  EXPECT_NEAR(found.x_mask[0][0].item<double>(), 2.0 * share, 1e-12);
  EXPECT_NEAR(found.x_mask[1][0].item<double>(), -share, 1e-12);
  EXPECT_NEAR(found.x_mask[2][0].item<double>(), 2.0, 1e-12);
  EXPECT_NEAR(input_x_gradient(subject, {.node = false}).x_mask.item<double>(), share + 2.0, 1e-12);
}

}  // namespace
}  // namespace isthmus::explain
