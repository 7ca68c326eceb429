#include "isthmus/layers/graph_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/message_aggregate.hpp"
#include "isthmus/ops/weighted_aggregate.hpp"

#include "check_graph.hpp"
#include "edge_mask.hpp"

namespace isthmus::layers {
namespace {

at::Tensor combine(const at::Tensor& x, const Graph& graph, const at::Tensor& weight,
                   ops::Reduce agg) {
  if (agg == ops::Reduce::kMax) {
    const at::Tensor rows =
        weight.defined() ? weight.unsqueeze(1).expand({-1, x.size(1)}) : at::Tensor();
    const auto message = weight.defined() ? ops::MessageOf::kProduct : ops::MessageOf::kSource;
    return ops::message_aggregate(x, rows, graph, {.message = message, .reduce = agg});
  }
  return weight.defined() ? ops::weighted_aggregate(x, weight, graph, agg)
                          : ops::aggregate(x, graph, agg);
}

std::string_view name_of_agg(ops::Reduce agg) {
  return agg == ops::Reduce::kSum ? "add" : agg == ops::Reduce::kMean ? "mean" : "max";
}

}  // namespace

GraphConvImpl::GraphConvImpl(const GraphConvOptions& conv_options) : options(conv_options) {
  const ops::Reduce agg = options.agg();
  TORCH_CHECK(agg == ops::Reduce::kSum || agg == ops::Reduce::kMean || agg == ops::Reduce::kMax,
              "GraphConv: agg must be kSum, kMean or kMax, got number ", static_cast<int>(agg));
  reset();
}

void GraphConvImpl::reset() {
  const LinearOptions shape(options.in_channels(), options.out_channels());
  lin_rel = register_module("lin_rel", Linear(LinearOptions(shape).bias(options.bias())));
  lin_root = register_module("lin_root", Linear(LinearOptions(shape).bias(false)));
  Initializer init(options.seed());
  reset_parameters(init);
}

void GraphConvImpl::reset_parameters(Initializer& init) {
  lin_rel->reset_parameters(init);
  lin_root->reset_parameters(init);
}

void GraphConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GraphConv(" << options.in_channels() << ", " << options.out_channels()
         << ", aggr=" << name_of_agg(options.agg()) << ")";
}

at::Tensor GraphConvImpl::forward(const NodeInput& x, const Graph& graph,
                                  const at::Tensor& edge_weight) {
  check_graph("GraphConv", x, graph, options.in_channels());
  TORCH_CHECK(!edge_weight.defined() ||
                  (edge_weight.dim() == 1 && edge_weight.size(0) == graph.num_edges()),
              "GraphConv: edge_weight must be [", graph.num_edges(), "], got ",
              edge_weight.sizes());
  const bool linear = options.agg() != ops::Reduce::kMax;
  at::Tensor out;
  if (linear && (is_sparse(x) || options.in_channels() > options.out_channels())) {
    out = combine(project(x, lin_rel->weight, {}), graph, edge_weight, options.agg());
    if (lin_rel->bias.defined()) {
      out = out + lin_rel->bias;
    }
  } else {
    out = lin_rel->forward(combine(to_dense(x), graph, edge_weight, options.agg()));
  }
  return out + lin_root->forward(x);
}

at::Tensor GraphConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  const bool weights = context.edge_attr.defined() && context.edge_attr.size(1) == 1;
  at::Tensor weight = weights ? context.edge_attr.squeeze(1) : at::Tensor();
  if (is_masked(context)) {
    weight = weights ? weight * context.edge_mask : context.edge_mask;
  }
  return forward(x, context.graph, weight);
}

}  // namespace isthmus::layers
