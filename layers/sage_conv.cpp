#include "isthmus/layers/sage_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>

#include "isthmus/layers/gnn_options.hpp"

#include "check_graph.hpp"
#include "neighbour_sums.hpp"

namespace isthmus::layers {
namespace {

// As torch::nn::functional::normalize: shorter rows are divided by this.
constexpr double kSmallestSageLength = 1e-12;

/// Whether the reduction may change places with a product from the right.
bool is_linear(ops::Reduce reduce) {
  return reduce == ops::Reduce::kSum || reduce == ops::Reduce::kMean;
}

}  // namespace

SageConvImpl::SageConvImpl(const SageConvOptions& conv_options) : options(conv_options) { reset(); }

void SageConvImpl::reset() {
  if (options.project()) {
    lin = register_module("lin", Linear(options.in_channels(), options.in_channels()));
  }
  const LinearOptions shape(options.in_channels(), options.out_channels());
  lin_l = register_module("lin_l", Linear(LinearOptions(shape).bias(options.bias())));
  if (options.root_weight()) {
    lin_r = register_module("lin_r", Linear(LinearOptions(shape).bias(false)));
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void SageConvImpl::reset_parameters(Initializer& init) {
  if (options.project()) {
    lin->reset_parameters(init);
  }
  lin_l->reset_parameters(init);
  if (options.root_weight()) {
    lin_r->reset_parameters(init);
  }
}

void SageConvImpl::pretty_print(std::ostream& stream) const {
  stream << "SAGEConv(" << options.in_channels() << ", " << options.out_channels()
         << ", aggr=" << name_of(options.agg()) << ")";
}

at::Tensor SageConvImpl::forward(const NodeInput& x, const Graph& graph) {
  return propagate(x, ConvContext(graph));
}

at::Tensor SageConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  check_graph("SageConv", x, context.graph, options.in_channels());
  const NodeInput sent = options.project() ? NodeInput(at::relu(lin->forward(x))) : x;
  const bool product_first = is_linear(options.agg()) &&
                             (is_sparse(sent) || options.in_channels() > options.out_channels());
  at::Tensor out;
  if (product_first) {
    out = neighbour_reduce(project(sent, lin_l->weight, {}), context, options.agg());
    if (lin_l->bias.defined()) {
      out = out + lin_l->bias;
    }
  } else {
    out = lin_l->forward(neighbour_reduce(to_dense(sent), context, options.agg()));
  }
  if (options.root_weight()) {
    out = out + lin_r->forward(x);
  }
  if (options.normalize()) {
    out = out / out.norm(2, {1}, /*keepdim=*/true).clamp_min(kSmallestSageLength);
  }
  return out;
}

}  // namespace isthmus::layers
