#include "isthmus/layers/gcn_conv.hpp"

#include <cmath>
#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/aggregate.hpp"

#include "check_graph.hpp"

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

at::Tensor normalised_sum(const at::Tensor& x, const Graph& graph, const GcnConvOptions& options) {
  if (!options.normalize()) {
    return ops::aggregate(x, graph, ops::Reduce::kSum);
  }
  if (options.add_self_loops()) {
    return ops::gcn_aggregate(x, graph);
  }
  const at::Tensor scale = inverse_sqrt_degree(graph, x.options());
  return ops::aggregate(x * scale, graph, ops::Reduce::kSum) * scale;
}

}  // namespace

GcnConvImpl::GcnConvImpl(const GcnConvOptions& conv_options) : options(conv_options) { reset(); }

void GcnConvImpl::reset() {
  lin = register_module("lin", Linear(LinearOptions(options.in_channels(), options.out_channels())
                                          .bias(false)
                                          .init(WeightInit::kGlorot)));
  bias = options.bias() ? register_parameter("bias", at::zeros({options.out_channels()}))
                        : at::Tensor();
  Initializer init(options.seed());
  reset_parameters(init);
}

void GcnConvImpl::reset_parameters(Initializer& init) {
  lin->reset_parameters(init);
  if (bias.defined()) {
    Initializer::fill(bias, 0.0);
  }
}

void GcnConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GCNConv(" << options.in_channels() << ", " << options.out_channels() << ")";
}

at::Tensor GcnConvImpl::forward(const NodeInput& x, const Graph& graph) {
  check_graph("GcnConv", x, graph, options.in_channels());
  const bool product_first = is_sparse(x) || options.in_channels() > options.out_channels();
  if (!product_first) {
    return project(normalised_sum(std::get<at::Tensor>(x), graph, options), lin->weight, bias);
  }
  at::Tensor out = normalised_sum(lin->forward(x), graph, options);
  return bias.defined() ? out + bias : out;
}

}  // namespace isthmus::layers
