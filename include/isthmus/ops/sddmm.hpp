#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::ops {

/// What an edge j -> i is given: u is read at its source j, v at its destination i.
enum class EdgeOp : std::uint8_t {
  kDot,
  kAdd,
  kSubtract,
  kMultiply,
  kCopySource,
  kCopyDestination
};

/// A value for each edge from its two ends (sampled dense-dense), in the caller's edge order:
///
///     kDot  sum over d of u_jhd v_ihd      kAdd  u_j + v_i       kCopySource       u_j
///     kSubtract  u_j - v_i                 kMultiply  u_j v_i    kCopyDestination  v_i
///
/// @param u  [num_src, F] or [num_src, H, D]; undefined for kCopyDestination.
/// @param v  [num_dst, F] or [num_dst, H, D] as u; undefined for kCopySource.
/// @return   [E, F] or [E, H, D]; kDot: [E] or [E, H].
/// Same bits for any thread count and SIMD level. Gradients are aggregations over the arcs that
/// leave j, or enter i; supports double backward.
[[nodiscard]] at::Tensor sddmm(const at::Tensor& u, const at::Tensor& v, const Graph& graph,
                               EdgeOp op);

}  // namespace isthmus::ops
