#include "isthmus/layers/gcn_conv.hpp"

#include <cmath>
#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/aggregate.hpp"

#include "check_graph.hpp"
#include "neighbour_sums.hpp"

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

at::Tensor normalised_sum(const at::Tensor& x, const ConvContext& context,
                          const GcnConvOptions& options) {
  if (!options.normalize()) {
    return neighbour_reduce(x, context, ops::Reduce::kSum);
  }
  if (options.add_self_loops()) {
    return neighbour_gcn(x, context);
  }
  TORCH_CHECK(!is_sampled(context),
              "GcnConv: normalize without add_self_loops needs the whole graph, got a sample");
  const at::Tensor scale = inverse_sqrt_degree(context.graph, x.options());
  return ops::aggregate(x * scale, context.graph, ops::Reduce::kSum) * scale;
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
  return propagate(x, ConvContext(graph));
}

at::Tensor GcnConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  check_graph("GcnConv", x, context.graph, options.in_channels());
  const bool product_first = is_sparse(x) || options.in_channels() > options.out_channels();
  if (!product_first) {
    return project(normalised_sum(std::get<at::Tensor>(x), context, options), lin->weight, bias);
  }
  at::Tensor out = normalised_sum(lin->forward(x), context, options);
  return bias.defined() ? out + bias : out;
}

}  // namespace isthmus::layers
