#include "isthmus/layers/edge_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>

#include "isthmus/layers/gnn_options.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/ops/sddmm.hpp"

#include "check_graph.hpp"
#include "edge_level.hpp"
#include "edge_mask.hpp"

namespace isthmus::layers {

EdgeConvImpl::EdgeConvImpl(const EdgeConvOptions& conv_options) : options(conv_options) { reset(); }

void EdgeConvImpl::reset() {
  std::vector<std::int64_t> channels{2 * options.in_channels()};
  channels.insert(channels.end(), options.hidden_channels().begin(),
                  options.hidden_channels().end());
  channels.push_back(options.out_channels());
  nn = register_module("nn", Mlp(MlpOptions(channels).norm(options.norm()).act(options.act())));
  Initializer init(options.seed());
  reset_parameters(init);
}

void EdgeConvImpl::reset_parameters(Initializer& init) { nn->reset_parameters(init); }

void EdgeConvImpl::pretty_print(std::ostream& stream) const {
  stream << "EdgeConv(" << options.in_channels() << ", " << options.out_channels()
         << ", aggr=" << name_of(options.agg()) << ")";
}

at::Tensor EdgeConvImpl::forward(const NodeInput& x, const Graph& graph) {
  return propagate(x, ConvContext(graph));
}

at::Tensor EdgeConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  const Graph& graph = context.graph;
  check_graph("EdgeConv", x, graph, options.in_channels());
  const auto* first = nn->lins[0]->as<LinearImpl>();
  const std::int64_t in = options.in_channels();
  const at::Tensor of_difference = first->weight.slice(1, in, 2 * in);
  const at::Tensor at_source = project(x, of_difference, {});
  const at::Tensor at_destination =
      project(x, first->weight.slice(1, 0, in) - of_difference, first->bias);
  if (is_masked(context)) {
    const at::Tensor messages =
        nn->forward_from_first(ops::sddmm(at_source, at_destination, graph, ops::EdgeOp::kAdd));
    return reduce_messages(messages * context.edge_mask.unsqueeze(1), graph, options.agg());
  }
  if (nn->num_layers() == 1) {
    return aggregate_sums(at_destination, at_source, graph, options.agg());
  }
  const EdgeMaps maps = edge_maps(graph);
  const at::Tensor messages = nn->forward_from_first(edge_sums(at_destination, at_source, maps));
  return ops::aggregate(messages, maps.into_destination, options.agg());
}

}  // namespace isthmus::layers
