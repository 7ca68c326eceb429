#include "isthmus/explain/saliency.hpp"

#include "logit_gradients.hpp"

namespace isthmus::explain {

Explanation saliency(const Subject& subject, const MaskKinds& kinds) {
  const LogitGradients gradients = logit_gradients(subject, 1.0, kinds);
  Explanation result;
  if (kinds.edge) {
    result.edge_mask = gradients.edge.abs();
  }
  if (gradients.x.defined()) {
    result.x_mask = summed_to(gradients.x.abs(), kinds);
  }
  return result;
}

}  // namespace isthmus::explain
