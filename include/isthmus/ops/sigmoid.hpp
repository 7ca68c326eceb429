#pragma once

#include <ATen/core/Tensor.h>

namespace isthmus::ops {

/// 1 / (1 + exp(-x)) for each element of x [N, F], float or double. Supports double backward.
///
/// Every element goes through the same scalar formula, so its bits do not depend on where it stands
/// or on the number of threads (at::sigmoid computes the elements left over by its vectors by other
/// code than the rest). Meant for gates, one number a row: for whole activations it is slower.
[[nodiscard]] at::Tensor sigmoid(const at::Tensor& x);

}  // namespace isthmus::ops
