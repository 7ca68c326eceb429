#include "isthmus/layers/residual_block.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "check_graph.hpp"

namespace isthmus::layers {
namespace {

at::Tensor dropped(const at::Tensor& x, double p, ops::DropoutKey key, std::uint32_t place) {
  key.layer += place;
  return ops::dropout(x, p, key);
}

at::Tensor propagate(const at::Tensor& u, const Graph& graph, const ResidualBlockOptions& options,
                     const at::Tensor& eps) {
  switch (options.propagate()) {
    case LayerType::kLinear:
      return u;
    case LayerType::kGcn:
      return ops::gcn_aggregate(u, graph);
    case LayerType::kSage:
      return at::cat({u, ops::aggregate(u, graph, options.agg().value_or(ops::Reduce::kMean))}, 1);
    case LayerType::kGin:
      return options.agg().value_or(ops::Reduce::kSum) == ops::Reduce::kSum
                 ? ops::gin_aggregate(u, graph, eps)
                 : u * (eps + 1.0) + ops::aggregate(u, graph, *options.agg());
    case LayerType::kPna:
    case LayerType::kEdge:
      break;
  }
  TORCH_CHECK(false, "ResidualBlock: propagate must be kLinear, kGcn, kSage or kGin, got ",
              name_of(options.propagate()));
}

}  // namespace

ResidualBlockImpl::ResidualBlockImpl(const ResidualBlockOptions& block_options)
    : options(block_options) {
  TORCH_CHECK(options.channels() >= 1, "ResidualBlock: channels must be >= 1, got ",
              options.channels());
  TORCH_CHECK(options.dropout() >= 0.0 && options.dropout() < 1.0,
              "ResidualBlock: dropout must be in [0, 1), got ", options.dropout());
  const ops::Reduce agg = options.agg().value_or(ops::Reduce::kSum);
  TORCH_CHECK(options.propagate() == LayerType::kSage || agg == ops::Reduce::kSum ||
                  agg == ops::Reduce::kMean,
              "ResidualBlock: agg must be kMean or kSum, got ", name_of(agg));
  reset();
}

void ResidualBlockImpl::reset() {
  const std::int64_t width = options.channels();
  norm = make_norm(options.norm(), width);
  if (norm) {
    register_module("norm", norm);
  }
  lin_1 = register_module(
      "lin_1", Linear(options.propagate() == LayerType::kSage ? 2 * width : width, width));
  lin_2 = register_module("lin_2", Linear(width, width));
  if (options.propagate() == LayerType::kGin) {
    eps = options.train_eps() ? register_parameter("eps", at::zeros({1}))
                              : register_buffer("eps", at::zeros({1}));
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void ResidualBlockImpl::reset_parameters(Initializer& init) {
  if (norm) {
    reset_norm(*norm);
  }
  lin_1->reset_parameters(init);
  lin_2->reset_parameters(init);
  if (eps.defined()) {
    Initializer::fill(eps, 0.0);
  }
}

void ResidualBlockImpl::pretty_print(std::ostream& stream) const {
  stream << "ResidualBlock(" << name_of(options.propagate()) << ", " << options.channels() << ")";
}

at::Tensor ResidualBlockImpl::forward(const at::Tensor& x, const Graph& graph,
                                      const ops::DropoutKey& key) {
  check_graph("ResidualBlock", x, graph, options.channels());
  const double p = is_training() ? options.dropout() : 0.0;
  at::Tensor u = norm ? apply_norm(*norm, x) : x;
  u = activate(lin_1->forward(propagate(u, graph, options, eps)), options.act());
  if (p > 0.0) {
    u = dropped(u, p, key, 0);
  }
  u = lin_2->forward(u);
  if (p > 0.0) {
    u = dropped(u, p, key, 1);
  }
  return x + u;
}

}  // namespace isthmus::layers
