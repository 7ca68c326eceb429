#include "isthmus/layers/gcn_conv.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "check_graph.hpp"
#include "normalised_sum.hpp"

namespace isthmus::layers {

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
  check_graph("GcnConv", x, graph, options.in_channels());
  const NormalisedSum s(graph, {options.add_self_loops(), options.normalize()},
                        lin->weight.options());
  const bool product_first = is_sparse(x) || options.in_channels() > options.out_channels();
  if (!product_first) {
    return project(s(std::get<at::Tensor>(x)), lin->weight, bias);
  }
  at::Tensor out = s(lin->forward(x));
  return bias.defined() ? out + bias : out;
}

}  // namespace isthmus::layers
