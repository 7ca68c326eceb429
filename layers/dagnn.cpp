#include "isthmus/layers/dagnn.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/sigmoid.hpp"

#include "check_graph.hpp"
#include "normalised_sum.hpp"

namespace isthmus::layers {

DagnnImpl::DagnnImpl(const DagnnOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.hops() >= 0, "Dagnn: hops must be >= 0, got ", options.hops());
  reset();
}

void DagnnImpl::reset() {
  proj = register_module("proj", Linear(options.channels(), 1));
  Initializer init(options.seed());
  reset_parameters(init);
}

void DagnnImpl::reset_parameters(Initializer& init) { proj->reset_parameters(init); }

void DagnnImpl::pretty_print(std::ostream& stream) const {
  stream << "DAGNN(" << options.channels() << ", K=" << options.hops() << ")";
}

at::Tensor DagnnImpl::forward(const at::Tensor& x, const Graph& graph) {
  return propagate(x, ConvContext(graph));
}

at::Tensor DagnnImpl::propagate(const NodeInput& input, const ConvContext& context) {
  const at::Tensor x = to_dense(input);
  check_graph("Dagnn", x, context.graph, options.channels());
  const NormalisedSum s(context, {.add_self_loops = options.add_self_loops()}, x.options());
  const auto gate = [this](const at::Tensor& h) { return ops::sigmoid(proj->forward(h)); };
  at::Tensor h = x;
  at::Tensor out = gate(h) * h;
  for (std::int64_t k = 0; k < options.hops(); ++k) {
    h = s(h);
    out = out + gate(h) * h;
  }
  return out;
}

}  // namespace isthmus::layers
