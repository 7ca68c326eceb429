#pragma once

#include <ATen/core/Tensor.h>

#include "isthmus/layers/conv.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {

/// Whether the context's graph holds drawn arcs of a larger graph.
[[nodiscard]] bool is_sampled(const ConvContext& context);

/// Sum or mean over the neighbours in the whole graph; from a sample its unbiased estimate. (The
/// mean over drawn arcs is one as it is.)
[[nodiscard]] at::Tensor neighbour_reduce(const at::Tensor& x, const ConvContext& context,
                                          ops::Reduce reduce);
/// ops::gcn_aggregate() on the whole graph, likewise.
[[nodiscard]] at::Tensor neighbour_gcn(const at::Tensor& x, const ConvContext& context);
/// (1 + eps) x_i plus the sum or mean over neighbours, likewise.
[[nodiscard]] at::Tensor neighbour_gin(const at::Tensor& x, const ConvContext& context,
                                       const at::Tensor& eps, ops::Reduce reduce);

}  // namespace isthmus::layers
