#include "isthmus/explain/input_x_gradient.hpp"

#include "logit_gradients.hpp"

namespace isthmus::explain {

Explanation input_x_gradient(const Subject& subject, const MaskKinds& kinds) {
  const LogitGradients gradients = logit_gradients(subject, 1.0, kinds);
  Explanation result;
  if (kinds.edge) {
    result.edge_mask = gradients.edge;
  }
  if (gradients.x.defined()) {
    result.x_mask = summed_to(gradients.x * std::get<at::Tensor>(subject.input.x), kinds);
  }
  return result;
}

}  // namespace isthmus::explain
