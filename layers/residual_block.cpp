#include "isthmus/layers/residual_block.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "check_graph.hpp"
#include "neighbour_attention.hpp"
#include "neighbour_sums.hpp"

namespace isthmus::layers {
namespace {

at::Tensor dropped(const at::Tensor& x, double p, ops::DropoutKey key, std::uint32_t place) {
  key.layer += place;
  return ops::dropout(x, p, key);
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
  TORCH_CHECK(
      has_block(options.propagate()),
      "ResidualBlock: propagate must be gcnconv, sageconv, ginconv, linear or gatconv, got ",
      name_of(options.propagate()));
  TORCH_CHECK(options.heads() >= 1 && options.channels() % options.heads() == 0,
              "ResidualBlock: heads must be a divisor of the channels, ", options.channels(),
              ", got ", options.heads());
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
  if (options.propagate() == LayerType::kGat) {
    lin_in = register_module("lin_in", Linear(width, width));
    attn_src = register_module("attn_src", Linear(width, options.heads()));
    attn_dst =
        register_module("attn_dst", Linear(LinearOptions(width, options.heads()).bias(false)));
  }
  if (options.propagate() == LayerType::kGin) {
    eps = options.train_eps() ? register_parameter("eps", at::zeros({1}))
                              : register_buffer("eps", at::zeros({1}));
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void ResidualBlockImpl::reset_parameters(Initializer& init) {
  if (norm) {
    reset_norm(*norm, init);
  }
  lin_1->reset_parameters(init);
  lin_2->reset_parameters(init);
  for (const Linear& lin : {lin_in, attn_src, attn_dst}) {
    if (lin) {
      lin.ptr()->reset_parameters(init);
    }
  }
  if (eps.defined()) {
    Initializer::fill(eps, 0.0);
  }
}

void ResidualBlockImpl::pretty_print(std::ostream& stream) const {
  stream << "ResidualBlock(" << name_of(options.propagate()) << ", " << options.channels() << ")";
}

at::Tensor ResidualBlockImpl::attend(const at::Tensor& u, const ConvContext& context) {
  const at::Tensor h = lin_in->forward(u);
  ops::AttentionOptions how;
  how.self_loops = true;
  return neighbour_gat(h, attn_src->forward(h), attn_dst->forward(h), context, how);
}

at::Tensor ResidualBlockImpl::propagated(const at::Tensor& u, const ConvContext& context) {
  switch (options.propagate()) {
    case LayerType::kLinear:
      return u;
    case LayerType::kGcn:
      return neighbour_gcn(u, context);
    case LayerType::kSage:
      return at::cat({u, neighbour_reduce(u, context, options.agg().value_or(ops::Reduce::kMean))},
                     1);
    case LayerType::kGin:
      return neighbour_gin(u, context, eps, options.agg().value_or(ops::Reduce::kSum));
    case LayerType::kGat:
      return attend(u, context);
    default:  // the constructor lets no other type through
      break;
  }
  TORCH_CHECK(false, "ResidualBlock: propagate must be a layer type that it has, got ",
              static_cast<int>(options.propagate()));
}

at::Tensor ResidualBlockImpl::forward(const at::Tensor& x, const Graph& graph,
                                      const ops::DropoutKey& key) {
  ConvContext context(graph);
  context.key = key;
  return forward(x, context);
}

at::Tensor ResidualBlockImpl::forward(const at::Tensor& x, const ConvContext& context) {
  check_graph("ResidualBlock", x, context.graph, options.channels());
  const double p = is_training() ? options.dropout() : 0.0;
  at::Tensor u = norm ? apply_norm(*norm, x) : x;
  u = activate(lin_1->forward(propagated(u, context)), options.act());
  if (p > 0.0) {
    u = dropped(u, p, context.key, 0);
  }
  u = lin_2->forward(u);
  if (p > 0.0) {
    u = dropped(u, p, context.key, 1);
  }
  return x + u;
}

}  // namespace isthmus::layers
