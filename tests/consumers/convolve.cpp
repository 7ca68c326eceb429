// Uses libisthmus-nn: GCN with unit weights on the path 0-1-2, features 1. Degrees with loops are
// 2, 3, 2, so the outputs sum to 1/2 + 1/3 + 1/2 + 4/sqrt(6) = 2.966326.
#include <cstdio>

#include <ATen/ops/ones.h>
#include <torch/nn/init.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/gcn_conv.hpp"

int main() {
  const isthmus::Edge edges[] = {{0, 1}, {1, 2}};
  const auto path = isthmus::Graph::from_edges(3, edges);
  isthmus::layers::GcnConv conv(isthmus::layers::GcnConvOptions(1, 1));
  for (auto& named : conv->named_parameters()) {
    torch::nn::init::constant_(named.value(), named.key() == "bias" ? 0.0 : 1.0);
  }
  std::printf("%.6f\n", conv->forward(at::ones({3, 1}), path).sum().item<double>());
}
