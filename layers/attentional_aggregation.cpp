#include "isthmus/layers/attentional_aggregation.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/attention.hpp"

#include "membership.hpp"

namespace isthmus::layers {

AttentionalAggregationImpl::AttentionalAggregationImpl(std::int64_t width,
                                                       std::uint64_t initial_seed)
    : channels(width), seed(initial_seed) {
  TORCH_CHECK(channels >= 1, "AttentionalAggregation: channels must be >= 1, got ", channels);
  reset();
}

void AttentionalAggregationImpl::reset() {
  gate_nn = register_module("gate_nn", Linear(channels, 1));
  Initializer init(seed);
  reset_parameters(init);
}

void AttentionalAggregationImpl::reset_parameters(Initializer& init) {
  gate_nn->reset_parameters(init);
}

void AttentionalAggregationImpl::pretty_print(std::ostream& stream) const {
  stream << "AttentionalAggregation(" << channels << ")";
}

at::Tensor AttentionalAggregationImpl::forward(const at::Tensor& x,
                                               std::span<const std::int64_t> ptr) {
  const Graph graph = membership_graph("AttentionalAggregation", x, channels, ptr);
  ops::AttentionOptions plain;
  plain.negative_slope = 1.0;  // no leaky_relu
  const at::Tensor none = at::zeros({graph.num_dst(), 1}, x.options().requires_grad(false));
  return ops::gat_attention(x, gate_nn->forward(x), none, graph, plain);
}

}  // namespace isthmus::layers
