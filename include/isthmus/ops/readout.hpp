#pragma once

#include <cstdint>
#include <span>

#include <ATen/core/Tensor.h>

#include "isthmus/ops/aggregate.hpp"

namespace isthmus::ops {

/// Rows ptr[g] .. ptr[g+1)-1 of x combined to row g: [N, F] -> [G, F]. An empty graph gives 0, for
/// kMax too. kMax: on ties the first row takes the whole gradient; the first NaN wins.
[[nodiscard]] at::Tensor readout(const at::Tensor& x, std::span<const std::int64_t> ptr,
                                 Reduce reduce);

/// The way back: row g of x [G, F] to rows ptr[g] .. ptr[g+1)-1 of [N, F], N = ptr[G]; the adjoint
/// of readout(kSum). Supports double backward; gradients are summed in the order of the rows.
[[nodiscard]] at::Tensor spread(const at::Tensor& x, std::span<const std::int64_t> ptr);

}  // namespace isthmus::ops
