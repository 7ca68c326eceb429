#include "neighbour_sums.hpp"

#include <ATen/Functions.h>

namespace isthmus::layers {

bool is_sampled(const ConvContext& context) { return context.in_scale.defined(); }

at::Tensor neighbour_reduce(const at::Tensor& x, const ConvContext& context, ops::Reduce reduce) {
  if (!is_sampled(context) && context.constant != nullptr && context.constant->holds(x)) {
    return context.constant->aggregate(context.graph, reduce);
  }
  const at::Tensor out = ops::aggregate(x, context.graph, reduce);
  return is_sampled(context) && reduce == ops::Reduce::kSum ? out * context.in_scale : out;
}

at::Tensor neighbour_gcn(const at::Tensor& x, const ConvContext& context) {
  if (!is_sampled(context)) {
    return ops::gcn_aggregate(x, context.graph);
  }
  const at::Tensor& norm = context.gcn_norm;
  const at::Tensor sum =
      ops::aggregate(x * norm, context.graph.without_self_loops(), ops::Reduce::kSum);
  return x * (norm * norm) + sum * (norm * context.in_scale);
}

at::Tensor neighbour_gin(const at::Tensor& x, const ConvContext& context, const at::Tensor& eps,
                         ops::Reduce reduce) {
  if (!is_sampled(context) && reduce == ops::Reduce::kSum) {
    return ops::gin_aggregate(x, context.graph, eps);
  }
  return x * (eps + 1.0) + neighbour_reduce(x, context, reduce);
}

}  // namespace isthmus::layers
