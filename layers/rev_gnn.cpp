#include "isthmus/layers/rev_gnn.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"

namespace isthmus::layers {

GnnOptions rev_gnn_options(const RevGnnSize& size) {
  GnnOptions options{.layer_type = LayerType::kGen, .dim_in = 16, .dim_out = 112};
  options.dim_inner = size.channels;
  options.layers_pre_mp = 1;
  options.layers_mp = size.num_layers;
  options.layers_post_mp = 1;
  options.stage_type = StageType::kReversible;
  options.norm = Norm::kLayer;
  options.dropout = 0.1;
  options.edge_dim = 8;
  options.edge_encoder = true;
  options.gen_aggr = GenAggregation::kMax;
  options.gen_bias = true;
  options.reversible.norm_inside = Norm::kLayer;
  return options;
}

RevGnnImpl::RevGnnImpl(const GnnOptions& options, std::int64_t num_species)
    : num_species_(num_species) {
  TORCH_CHECK(num_species >= 1 && num_species < options.dim_in,
              "RevGnn: num_species must be in [1, dim_in - 1 = ", options.dim_in - 1, "], got ",
              num_species);
  node_one_hot = register_module("node_one_hot", Linear(num_species, num_species));
  gnn = register_module("gnn", Gnn(options));
  reset_parameters();
}

void RevGnnImpl::reset_parameters() {
  Initializer init(gnn->options().seed);
  node_one_hot->reset_parameters(init);
  gnn->reset_parameters();
}

void RevGnnImpl::pretty_print(std::ostream& stream) const {
  const GnnOptions& o = gnn->options();
  stream << "RevGnn(" << o.dim_in << " -> " << o.layers_mp << " x " << o.dim_inner << " -> "
         << o.dim_out << ")";
}

at::Tensor RevGnnImpl::forward(const at::Tensor& x, const at::Tensor& species,
                               const ConvContext& context) {
  const std::int64_t nodes = context.graph.num_nodes();
  check_shape("RevGnn", x, nodes, gnn->options().dim_in - num_species_);
  check_shape("RevGnn", species, nodes, num_species_);
  return gnn->forward(at::cat({x, node_one_hot->forward(species)}, 1), context);
}

}  // namespace isthmus::layers
