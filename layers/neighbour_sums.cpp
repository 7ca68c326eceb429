#include "neighbour_sums.hpp"

#include <ATen/Functions.h>

#include "edge_mask.hpp"
#include "normalised_sum.hpp"

namespace isthmus::layers {

bool is_sampled(const ConvContext& context) { return context.in_scale.defined(); }

at::Tensor neighbour_reduce(const at::Tensor& x, const ConvContext& context, ops::Reduce reduce) {
  if (!is_sampled(context) && !is_masked(context) && context.constant != nullptr &&
      context.constant->holds(x)) {
    return context.constant->aggregate(context.graph, reduce);
  }
  const at::Tensor out = is_masked(context)
                             ? masked_reduce(x, context.edge_mask, context.graph, reduce)
                             : ops::aggregate(x, context.graph, reduce);
  return is_sampled(context) && reduce == ops::Reduce::kSum ? out * context.in_scale : out;
}

at::Tensor neighbour_gcn(const at::Tensor& x, const ConvContext& context) {
  if (!is_sampled(context)) {
    return NormalisedSum(context, {}, x.options())(x);
  }
  const at::Tensor& norm = context.gcn_norm;
  const at::Tensor scaled = x * norm;
  at::Tensor sum;
  if (is_masked(context)) {
    const MaskedGraph arcs = without_loops(context);
    sum = masked_reduce(scaled, arcs.mask, arcs.graph, ops::Reduce::kSum);
  } else {
    sum = ops::aggregate(scaled, context.graph.without_self_loops(), ops::Reduce::kSum);
  }
  return x * (norm * norm) + sum * (norm * context.in_scale);
}

at::Tensor neighbour_gin(const at::Tensor& x, const ConvContext& context, const at::Tensor& eps,
                         ops::Reduce reduce) {
  if (!is_sampled(context) && !is_masked(context) && reduce == ops::Reduce::kSum) {
    return ops::gin_aggregate(x, context.graph, eps);
  }
  return x * (eps + 1.0) + neighbour_reduce(x, context, reduce);
}

}  // namespace isthmus::layers
