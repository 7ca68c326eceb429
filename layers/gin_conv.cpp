#include "isthmus/layers/gin_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/ops/gin_mlp.hpp"
#include "isthmus/ops/linear.hpp"

#include "check_graph.hpp"
#include "edge_mask.hpp"
#include "neighbour_sums.hpp"

namespace isthmus::layers {

GinConvImpl::GinConvImpl(const GinConvOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.agg() == ops::Reduce::kSum || options.agg() == ops::Reduce::kMean,
              "GinConv: agg must be kSum or kMean, got ", name_of(options.agg()));
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

bool GinConvImpl::fuses() const {
  const auto fits = [](std::int64_t width) { return width <= ops::kPanelWidth; };
  return options.agg() == ops::Reduce::kSum && options.norm() == Norm::kNone &&
         options.act() == Activation::kRelu && fits(options.hidden_channels()) &&
         fits(options.out_channels());
}

bool GinConvImpl::is_gin_mlp(const ConvContext& context) const {
  return fuses() && !is_sampled(context) && !is_masked(context) && !eps.requires_grad() &&
         options.in_channels() <= options.hidden_channels();
}

at::Tensor GinConvImpl::forward_fused(const NodeInput& x, const Graph& graph, bool relu) {
  const auto* first = nn->lins[0]->as<LinearImpl>();
  const auto* second = nn->lins[1]->as<LinearImpl>();
  ops::GinMlpWeights weights{{}, first->bias, second->weight, second->bias, relu};
  if (is_sparse(x) || options.in_channels() > options.hidden_channels()) {
    return ops::gin_mlp(project(x, first->weight, {}), graph, eps, weights);
  }
  weights.weight_1 = first->weight;
  return ops::gin_mlp(std::get<at::Tensor>(x), graph, eps, weights);
}

at::Tensor GinConvImpl::forward(const NodeInput& x, const Graph& graph) {
  return propagate(x, ConvContext(graph));
}

at::Tensor GinConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  check_graph("GinConv", x, context.graph, options.in_channels());
  if (fuses() && !is_sampled(context) && !is_masked(context)) {
    return forward_fused(x, context.graph, context.relu);
  }
  const at::Tensor out = forward_by_steps(x, context);
  return context.relu ? at::relu(out) : out;
}

at::Tensor GinConvImpl::forward_by_steps(const NodeInput& x, const ConvContext& context) {
  const bool product_first = is_sparse(x) || options.in_channels() > options.hidden_channels();
  if (!product_first) {
    return nn->forward(neighbour_gin(std::get<at::Tensor>(x), context, eps, options.agg()));
  }
  auto* first = nn->lins[0]->as<LinearImpl>();
  const at::Tensor h = neighbour_gin(project(x, first->weight, {}), context, eps, options.agg());
  return nn->forward_from_first(h + first->bias);
}

}  // namespace isthmus::layers
