#include "isthmus/layers/gcn2_conv.hpp"

#include <cmath>
#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/linear.hpp"

#include "check_graph.hpp"
#include "normalised_sum.hpp"

namespace isthmus::layers {
namespace {

/// x M(W) with M(W) = (1 - beta) I + beta W.
at::Tensor mapped(const at::Tensor& x, const at::Tensor& weight, double beta) {
  const at::Tensor identity = at::eye(weight.size(0), weight.options().requires_grad(false));
  return ops::linear(x, (identity * (1.0 - beta) + weight * beta).t(), {});
}

}  // namespace

Gcn2ConvImpl::Gcn2ConvImpl(const Gcn2ConvOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.channels() >= 0, "Gcn2Conv: channels must be >= 0, got ", options.channels());
  TORCH_CHECK(options.alpha() >= 0.0 && options.alpha() <= 1.0,
              "Gcn2Conv: alpha must be in [0, 1], got ", options.alpha());
  TORCH_CHECK(options.theta().has_value() == options.layer().has_value(),
              "Gcn2Conv: theta and layer must be given together, got only ",
              options.theta() ? "theta" : "layer");
  if (options.theta()) {
    TORCH_CHECK(*options.theta() >= 0.0, "Gcn2Conv: theta must be >= 0, got ", *options.theta());
    TORCH_CHECK(*options.layer() >= 1, "Gcn2Conv: layer must be >= 1, got ", *options.layer());
    beta = std::log1p(*options.theta() / static_cast<double>(*options.layer()));
  }
  reset();
}

void Gcn2ConvImpl::reset() {
  const std::int64_t width = options.channels();
  weight1 = register_parameter("weight1", at::empty({width, width}));
  weight2 = options.shared_weights() ? at::Tensor()
                                     : register_parameter("weight2", at::empty({width, width}));
  Initializer init(options.seed());
  reset_parameters(init);
}

void Gcn2ConvImpl::reset_parameters(Initializer& init) {
  init.glorot(weight1);
  if (weight2.defined()) {
    init.glorot(weight2);
  }
}

void Gcn2ConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GCN2Conv(" << options.channels() << ", alpha=" << options.alpha() << ", beta=" << beta
         << ")";
}

at::Tensor Gcn2ConvImpl::forward(const at::Tensor& x, const at::Tensor& x_0, const Graph& graph) {
  ConvContext context(graph);
  context.initial = x_0;
  return propagate(x, context);
}

at::Tensor Gcn2ConvImpl::propagate(const NodeInput& input, const ConvContext& context) {
  const at::Tensor x = to_dense(input);
  const at::Tensor& x_0 = context.initial;
  check_graph("Gcn2Conv", x, context.graph, options.channels());
  TORCH_CHECK(x_0.defined() && x_0.sizes().equals(x.sizes()), "Gcn2Conv: x_0 must be [", x.size(0),
              ", ", x.size(1), "] as x is, got ",
              x_0.defined() ? c10::str(x_0.sizes()) : "an undefined tensor");
  const NormalisedSum s(context, {options.add_self_loops(), options.normalize()}, x.options());
  const at::Tensor around = s(x) * (1.0 - options.alpha());
  const at::Tensor start = x_0 * options.alpha();
  if (!weight2.defined()) {
    return mapped(around + start, weight1, beta);
  }
  return mapped(around, weight1, beta) + mapped(start, weight2, beta);
}

}  // namespace isthmus::layers
