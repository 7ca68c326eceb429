#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/explain/selection.hpp"

namespace isthmus::explain {

/// How much each edge and each feature speaks for the class that a Subject asks about.
struct Explanation {
  at::Tensor edge_mask;  ///< [E] as Subject::edges; undefined if not asked for.
  /// [N, F]; of nodes alone [N, 1], of features alone [1, F]; undefined if not asked for.
  at::Tensor x_mask;
};

/// A number per node and feature, brought to the shape that the kinds ask for, by sums.
[[nodiscard]] at::Tensor summed_to(const at::Tensor& per_entry, const MaskKinds& kinds);

}  // namespace isthmus::explain
