#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/subject.hpp"

namespace isthmus::explain {

/// The target's logit s and its gradients.
struct LogitGradients {
  double logit = 0.0;
  at::Tensor edge;  ///< ds / dw, [E]; undefined if not asked for.
  at::Tensor x;     ///< ds / dx, [N, F]; undefined if not asked for.
};

/// At `share` times the features and `share` as every edge's weight; what the kinds leave out stays
/// whole (features as they are, edges without a mask).
[[nodiscard]] LogitGradients logit_gradients(const Subject& subject, double share,
                                             const MaskKinds& kinds);

}  // namespace isthmus::explain
