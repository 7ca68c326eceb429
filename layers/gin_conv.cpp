#include "isthmus/layers/gin_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/linear.hpp"

#include "check_graph.hpp"

namespace isthmus::layers {
namespace {

/// (1 + eps) x_i and the neighbours.
at::Tensor combine(const at::Tensor& x, const Graph& graph, const at::Tensor& eps,
                   ops::Reduce agg) {
  if (agg == ops::Reduce::kSum) {
    return ops::gin_aggregate(x, graph, eps);
  }
  return x * (eps + 1.0) + ops::aggregate(x, graph, agg);
}

}  // namespace

GinConvImpl::GinConvImpl(const GinConvOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.agg() != ops::Reduce::kMax, "GinConv: agg must be kSum or kMean, got kMax");
  reset();
}

void GinConvImpl::reset() {
  nn = register_module(
      "nn",
      Mlp(MlpOptions({options.in_channels(), options.hidden_channels(), options.out_channels()})
              .norm(options.norm())
              .act(options.act())));
  eps = options.train_eps() ? register_parameter("eps", at::empty({1}))
                            : register_buffer("eps", at::empty({1}));
  Initializer init(options.seed());
  reset_parameters(init);
}

void GinConvImpl::reset_parameters(Initializer& init) {
  nn->reset_parameters(init);
  Initializer::fill(eps, options.eps());
}

void GinConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GINConv(" << options.in_channels() << ", " << options.hidden_channels() << ", "
         << options.out_channels() << (options.train_eps() ? ", train_eps=true)" : ")");
}

at::Tensor GinConvImpl::forward(const NodeInput& x, const Graph& graph) {
  check_graph("GinConv", x, graph, options.in_channels());
  const bool product_first = is_sparse(x) || options.in_channels() > options.hidden_channels();
  if (!product_first) {
    return nn->forward(combine(std::get<at::Tensor>(x), graph, eps, options.agg()));
  }
  auto* first = nn->lins[0]->as<LinearImpl>();
  const at::Tensor h = combine(project(x, first->weight, {}), graph, eps, options.agg());
  return nn->forward_from_first(h + first->bias);
}

}  // namespace isthmus::layers
