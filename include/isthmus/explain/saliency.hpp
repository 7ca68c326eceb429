#pragma once

#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/subject.hpp"

namespace isthmus::explain {

/// Gradients at the input as it is, x and edge weights w = 1, of the target's logit s:
/// |ds / dw_e| and |ds / dx_vf|, the latter summed over what the kinds leave out.
/// @par Cost  One forward and backward pass.
/// @par Source  Simonyan, Vedaldi, Zisserman: Deep Inside Convolutional Networks (arXiv:1312.6034).
[[nodiscard]] Explanation saliency(const Subject& subject, const MaskKinds& kinds = {});

}  // namespace isthmus::explain
