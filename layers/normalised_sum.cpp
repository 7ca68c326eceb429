#include "normalised_sum.hpp"

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include <ATen/Functions.h>

#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/aggregate.hpp"

#include "edge_mask.hpp"

namespace isthmus::layers {
namespace {

/// 1 / sqrt(in-degree + loops), [N, 1]; 0 for nodes without incoming arcs.
at::Tensor inverse_sqrt_degree(const Graph& graph, std::int32_t loops,
                               const at::TensorOptions& like) {
  const at::Tensor scale = at::zeros({graph.num_nodes(), 1}, at::kDouble);
  double* data = scale.data_ptr<double>();
  const std::span<const std::int32_t> degree = graph.plan().in_degree();
  for (std::size_t v = 0; v < degree.size(); ++v) {
    const std::int32_t d = degree[v] + loops;
    data[v] = d > 0 ? 1.0 / std::sqrt(static_cast<double>(d)) : 0.0;
  }
  return scale.to(like);
}

}  // namespace

NormalisedSum::NormalisedSum(const ConvContext& context, const Normalisation& how,
                             const at::TensorOptions& like)
    : graph_(context.graph), how_(how) {
  const bool loops = how_.normalize && how_.add_self_loops;
  if (is_masked(context)) {
    mask_ = context.edge_mask;
    if (loops) {
      MaskedGraph rest = without_loops(context);
      graph_ = std::move(rest.graph);
      mask_ = std::move(rest.mask);
    }
  }
  if (how_.normalize && (!loops || mask_.defined())) {
    scale_ = inverse_sqrt_degree(graph_, loops ? 1 : 0, like.requires_grad(false));
  }
}

at::Tensor NormalisedSum::operator()(const at::Tensor& x) const {
  const auto sum = [this](const at::Tensor& of) {
    return mask_.defined() ? masked_reduce(of, mask_, graph_, ops::Reduce::kSum)
                           : ops::aggregate(of, graph_, ops::Reduce::kSum);
  };
  if (!how_.normalize) {
    return sum(x);
  }
  if (!scale_.defined()) {
    return ops::gcn_aggregate(x, graph_);
  }
  const at::Tensor scaled = x * scale_;
  return (how_.add_self_loops ? sum(scaled) + scaled : sum(scaled)) * scale_;
}

}  // namespace isthmus::layers
