#include "isthmus/layers/sg_conv.hpp"

#include <ostream>
#include <variant>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "check_graph.hpp"
#include "normalised_sum.hpp"

namespace isthmus::layers {

SgConvImpl::SgConvImpl(const SgConvOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.hops() >= 0, "SgConv: hops must be >= 0, got ", options.hops());
  reset();
}

void SgConvImpl::reset() {
  lin = register_module(
      "lin",
      Linear(LinearOptions(options.in_channels(), options.out_channels()).bias(options.bias())));
  Initializer init(options.seed());
  reset_parameters(init);
}

void SgConvImpl::reset_parameters(Initializer& init) { lin->reset_parameters(init); }

void SgConvImpl::pretty_print(std::ostream& stream) const {
  stream << "SGConv(" << options.in_channels() << ", " << options.out_channels()
         << ", K=" << options.hops() << ")";
}

at::Tensor SgConvImpl::forward(const NodeInput& x, const Graph& graph) {
  return propagate(x, ConvContext(graph));
}

at::Tensor SgConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  check_graph("SgConv", x, context.graph, options.in_channels());
  const NormalisedSum s(context, {.add_self_loops = options.add_self_loops()},
                        lin->weight.options());
  const auto hopped = [&](at::Tensor h) {
    for (std::int64_t k = 0; k < options.hops(); ++k) {
      h = s(h);
    }
    return h;
  };
  const bool product_first = is_sparse(x) || options.in_channels() > options.out_channels();
  if (!product_first) {
    return lin->forward(hopped(std::get<at::Tensor>(x)));
  }
  const at::Tensor h = hopped(project(x, lin->weight, {}));
  return lin->bias.defined() ? h + lin->bias : h;
}

}  // namespace isthmus::layers
