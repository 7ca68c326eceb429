#include "isthmus/layers/sage_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "check_graph.hpp"
#include "neighbour_sums.hpp"

namespace isthmus::layers {
namespace {

// As torch::nn::functional::normalize: shorter rows are divided by this.
constexpr double kSmallestLength = 1e-12;

}  // namespace

SageConvImpl::SageConvImpl(const SageConvOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.agg() != ops::Reduce::kMax, "SageConv: agg must be kMean or kSum, got kMax");
  reset();
}

void SageConvImpl::reset() {
  const LinearOptions shape(options.in_channels(), options.out_channels());
  lin_l = register_module("lin_l", Linear(LinearOptions(shape).bias(options.bias())));
  if (options.root_weight()) {
    lin_r = register_module("lin_r", Linear(LinearOptions(shape).bias(false)));
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void SageConvImpl::reset_parameters(Initializer& init) {
  lin_l->reset_parameters(init);
  if (options.root_weight()) {
    lin_r->reset_parameters(init);
  }
}

void SageConvImpl::pretty_print(std::ostream& stream) const {
  stream << "SAGEConv(" << options.in_channels() << ", " << options.out_channels()
         << ", aggr=" << (options.agg() == ops::Reduce::kMean ? "mean" : "sum") << ")";
}

at::Tensor SageConvImpl::forward(const NodeInput& x, const Graph& graph) {
  return propagate(x, ConvContext(graph));
}

at::Tensor SageConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  check_graph("SageConv", x, context.graph, options.in_channels());
  const bool product_first = is_sparse(x) || options.in_channels() > options.out_channels();
  at::Tensor out;
  if (product_first) {
    out = neighbour_reduce(project(x, lin_l->weight, {}), context, options.agg());
    if (lin_l->bias.defined()) {
      out = out + lin_l->bias;
    }
  } else {
    out = lin_l->forward(neighbour_reduce(std::get<at::Tensor>(x), context, options.agg()));
  }
  if (options.root_weight()) {
    out = out + lin_r->forward(x);
  }
  if (options.normalize()) {
    out = out / out.norm(2, {1}, /*keepdim=*/true).clamp_min(kSmallestLength);
  }
  return out;
}

}  // namespace isthmus::layers
