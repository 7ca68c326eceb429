#include "isthmus/layers/gcn_conv.hpp"

#include <algorithm>
#include <ostream>
#include <span>

#include <ATen/Dispatch.h>
#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/graph/plan.hpp"

#include "check_graph.hpp"
#include "neighbour_sums.hpp"
#include "normalised_sum.hpp"

namespace isthmus::layers {
namespace {

/// x_j / out-degree of j; a node that sends nothing is read by nobody.
at::Tensor shared_out(const at::Tensor& x, const Graph& graph) {
  const std::span<const std::int32_t> degree = graph.plan().out_degree();
  const at::Tensor scale = at::empty({static_cast<std::int64_t>(degree.size()), 1}, x.options());
  AT_DISPATCH_FLOATING_TYPES(x.scalar_type(), "GcnConv", [&] {
    std::transform(degree.begin(), degree.end(), scale.data_ptr<scalar_t>(), [](std::int32_t d) {
      return scalar_t{1} / static_cast<scalar_t>(std::max(d, 1));
    });
  });
  return x * scale;
}

/// S x; of a sample, its estimate.
at::Tensor propagated(const at::Tensor& x, const ConvContext& context,
                      const GcnConvOptions& options) {
  if (options.normalize() && options.degree_norm() == DegreeNorm::kSource) {
    TORCH_CHECK(!is_sampled(context),
                "GcnConv: degree_norm source needs the whole graph, got a sample");
    return neighbour_reduce(shared_out(x, context.graph), context, ops::Reduce::kSum);
  }
  if (!is_sampled(context)) {
    return NormalisedSum(context, {options.add_self_loops(), options.normalize()}, x.options())(x);
  }
  if (!options.normalize()) {
    return neighbour_reduce(x, context, ops::Reduce::kSum);
  }
  TORCH_CHECK(options.add_self_loops(),
              "GcnConv: normalize without add_self_loops needs the whole graph, got a sample");
  return neighbour_gcn(x, context);
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
    return project(propagated(std::get<at::Tensor>(x), context, options), lin->weight, bias);
  }
  at::Tensor out = propagated(lin->forward(x), context, options);
  return bias.defined() ? out + bias : out;
}

}  // namespace isthmus::layers
