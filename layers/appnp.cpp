#include "isthmus/layers/appnp.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "check_graph.hpp"
#include "normalised_sum.hpp"

namespace isthmus::layers {

AppnpImpl::AppnpImpl(const AppnpOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.hops() >= 0, "Appnp: hops must be >= 0, got ", options.hops());
  TORCH_CHECK(options.alpha() >= 0.0 && options.alpha() <= 1.0,
              "Appnp: alpha must be in [0, 1], got ", options.alpha());
}

void AppnpImpl::reset_parameters(Initializer& /*init*/) {}

void AppnpImpl::pretty_print(std::ostream& stream) const {
  stream << "APPNP(K=" << options.hops() << ", alpha=" << options.alpha() << ")";
}

at::Tensor AppnpImpl::forward(const at::Tensor& x, const Graph& graph) {
  return propagate(x, ConvContext(graph));
}

at::Tensor AppnpImpl::propagate(const NodeInput& input, const ConvContext& context) {
  const at::Tensor x = to_dense(input);
  check_any_width("Appnp", x, context.graph);
  const NormalisedSum s(context, {options.add_self_loops(), options.normalize()}, x.options());
  // Products and sums, each rounded once: at::lerp may round by another rule at the ends of a
  // thread's share, and then the bits would depend on the number of threads.
  const at::Tensor start = x * options.alpha();
  at::Tensor h = x;
  for (std::int64_t k = 0; k < options.hops(); ++k) {
    h = s(h) * (1.0 - options.alpha()) + start;
  }
  return h;
}

}  // namespace isthmus::layers
