#include "normalised_sum.hpp"

#include <cmath>
#include <cstdint>
#include <span>
#include <utility>

#include <ATen/Functions.h>

#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::layers {
namespace {

/// 1 / sqrt(in-degree) of the graph as it is, [N, 1]; 0 for nodes without incoming arcs.
at::Tensor inverse_sqrt_degree(const Graph& graph, const at::TensorOptions& like) {
  const at::Tensor scale = at::zeros({graph.num_nodes(), 1}, at::kDouble);
  double* data = scale.data_ptr<double>();
  const std::span<const std::int32_t> degree = graph.plan().in_degree();
  for (std::size_t v = 0; v < degree.size(); ++v) {
    data[v] = degree[v] > 0 ? 1.0 / std::sqrt(static_cast<double>(degree[v])) : 0.0;
  }
  return scale.to(like);
}

}  // namespace

NormalisedSum::NormalisedSum(Graph graph, const Normalisation& how, const at::TensorOptions& like)
    : graph_(std::move(graph)), how_(how) {
  if (how_.normalize && !how_.add_self_loops) {
    scale_ = inverse_sqrt_degree(graph_, like.requires_grad(false));
  }
}

at::Tensor NormalisedSum::operator()(const at::Tensor& x) const {
  if (!how_.normalize) {
    return ops::aggregate(x, graph_, ops::Reduce::kSum);
  }
  if (how_.add_self_loops) {
    return ops::gcn_aggregate(x, graph_);
  }
  return ops::aggregate(x * scale_, graph_, ops::Reduce::kSum) * scale_;
}

}  // namespace isthmus::layers
