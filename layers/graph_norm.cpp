#include "isthmus/layers/graph_norm.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/input.hpp"

#include "graph_rows.hpp"

namespace isthmus::layers {

GraphNormImpl::GraphNormImpl(const GraphNormOptions& norm_options) : options(norm_options) {
  TORCH_CHECK(options.channels() >= 0, "GraphNorm: channels must be >= 0, got ",
              options.channels());
  TORCH_CHECK(options.eps() > 0.0, "GraphNorm: eps must be > 0, got ", options.eps());
  reset();
}

void GraphNormImpl::reset() {
  weight = register_parameter("weight", at::ones({options.channels()}));
  bias = register_parameter("bias", at::zeros({options.channels()}));
  mean_scale = register_parameter("mean_scale", at::ones({options.channels()}));
}

void GraphNormImpl::reset_parameters() {
  Initializer::fill(weight, 1.0);
  Initializer::fill(bias, 0.0);
  Initializer::fill(mean_scale, 1.0);
}

void GraphNormImpl::pretty_print(std::ostream& stream) const {
  stream << "GraphNorm(" << options.channels() << ")";
}

at::Tensor GraphNormImpl::forward(const at::Tensor& x, std::span<const std::int64_t> ptr) {
  check_shape("GraphNorm", x, -1, options.channels());
  const GraphRows graphs(ptr, x.size(0));
  const at::Tensor centred = x - graphs.spread(graphs.mean(x)) * mean_scale;
  const at::Tensor deviation = at::sqrt(graphs.mean(centred * centred) + options.eps());
  return weight * centred / graphs.spread(deviation) + bias;
}

}  // namespace isthmus::layers
