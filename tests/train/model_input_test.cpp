#include "isthmus/train/model_input.hpp"

#include <gtest/gtest.h>
#include <torch/types.h>

namespace isthmus::train {
namespace {

// 0 -> 1: a mask of 0 leaves node 1 alone with itself, a mask of 1 is no mask.
TEST(RunModel, HandsTheMaskOfEdgesOn) {
  layers::Gnn model(
      layers::GnnOptions{.layer_type = layers::LayerType::kSage, .dim_in = 2, .dim_out = 2});
  model->eval();
  const std::vector<NodeId> src = {0};
  const std::vector<NodeId> dst = {1};
  ModelInput input;
  input.x = torch::ones({2, 2});
  input.graph = Graph::from_coo(2, src, dst);
  const at::Tensor plain = run_model(model, input);
  input.edge_mask = torch::ones({1});
  EXPECT_LT((run_model(model, input) - plain).abs().max().item<float>(), 1e-6F);
  input.edge_mask = torch::zeros({1});
  const at::Tensor masked = run_model(model, input);
  EXPECT_TRUE(masked[0].equal(plain[0]));
  EXPECT_FALSE(masked[1].equal(plain[1]));
  input.graph = Graph::from_coo(2, {}, {});
  input.edge_mask = at::Tensor();
  EXPECT_LT((run_model(model, input) - masked).abs().max().item<float>(), 1e-6F);
}

}  // namespace
}  // namespace isthmus::train
