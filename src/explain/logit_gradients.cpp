#include "logit_gradients.hpp"

#include <vector>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/autograd.h>

namespace isthmus::explain {

LogitGradients logit_gradients(const Subject& subject, double share, const MaskKinds& kinds) {
  const bool wants_x = kinds.node || kinds.feature;
  at::Tensor x = std::get<at::Tensor>(subject.input.x);
  at::Tensor weight;
  std::vector<at::Tensor> leaves;
  if (kinds.edge) {
    weight = at::full({subject.input.graph.num_edges()}, share, x.options()).requires_grad_(true);
    leaves.push_back(weight);
  }
  if (wants_x) {
    x = (x * share).requires_grad_(true);
    leaves.push_back(x);
  }
  const at::Tensor logit = class_logit(target_scores(subject, x, weight), subject.label);
  LogitGradients result;
  result.logit = logit.item<double>();
  if (leaves.empty()) {
    return result;
  }
  std::vector<at::Tensor> gradients = torch::autograd::grad(
      {logit}, leaves, /*grad_outputs=*/{}, /*retain_graph=*/false, /*create_graph=*/false,
      /*allow_unused=*/true);
  for (std::size_t i = 0; i < leaves.size(); ++i) {
    if (!gradients[i].defined()) {  // a network without edges, or of one that hears nobody
      gradients[i] = at::zeros_like(leaves[i]);
    }
  }
  if (kinds.edge) {
    result.edge = gradients.front();
  }
  if (wants_x) {
    result.x = gradients.back();
  }
  return result;
}

}  // namespace isthmus::explain
