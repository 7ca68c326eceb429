#pragma once

#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/subject.hpp"

namespace isthmus::explain {

/// Input times gradient of the target's logit s, signed: 1 ds / dw_e at edge weights w = 1, and
/// x_vf ds / dx_vf, the latter summed over what the kinds leave out.
/// @par Cost  One forward and backward pass.
/// @par Source  Shrikumar, Greenside, Shcherbina, Kundaje: Not Just a Black Box (arXiv:1605.01713).
[[nodiscard]] Explanation input_x_gradient(const Subject& subject, const MaskKinds& kinds = {});

}  // namespace isthmus::explain
