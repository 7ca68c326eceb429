#include "isthmus/layers/gen_conv.hpp"

#include <ostream>
#include <string>
#include <utility>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/message_aggregate.hpp"
#include "isthmus/ops/sddmm.hpp"

#include "check_edges.hpp"
#include "check_graph.hpp"
#include "edge_mask.hpp"

namespace isthmus::layers {
namespace {

// As PyG: powers of larger messages would overflow.
constexpr double kLargestMessage = 100.0;

ops::Reduce reduce_of(GenAggregation aggregation) {
  return aggregation == GenAggregation::kMax   ? ops::Reduce::kMax
         : aggregation == GenAggregation::kSum ? ops::Reduce::kSum
                                               : ops::Reduce::kMean;
}

}  // namespace

GenPowerImpl::GenPowerImpl(std::string of) : key(std::move(of)) { reset(); }

void GenPowerImpl::reset() { value = register_parameter(key, at::ones({1})); }

GenMlpImpl::GenMlpImpl(const GenConvOptions& mlp_options) : options(mlp_options) { reset(); }

void GenMlpImpl::reset() {
  const std::int64_t out = options.out_channels();
  const std::int64_t inner = out * options.expansion();
  const std::int64_t stride = options.norm() == Norm::kNone ? 3 : 4;
  lins.clear();
  batch_norms.clear();
  layer_norms.clear();
  for (std::int64_t i = 0; i < options.num_layers(); ++i) {
    const bool last = i + 1 == options.num_layers();
    const LinearOptions shape(i == 0 ? out : inner, last ? out : inner);
    lins.push_back(register_module(std::to_string(stride * i),
                                   Linear(LinearOptions(shape).bias(options.bias()))));
    const std::string norm_name = std::to_string(stride * i + 1);
    if (last || options.norm() == Norm::kNone) {
      continue;
    }
    if (options.norm() == Norm::kBatch) {  // its tensors without PyG's segment "module"
      batch_norms.emplace_back(BatchNormOptions(inner).allow_single_element(true));
      register_module(norm_name, batch_norms.back()->module);
    } else {
      layer_norms.push_back(register_module(norm_name, make_norm(options.norm(), inner)));
    }
  }
}

void GenMlpImpl::reset_parameters(Initializer& init) {
  for (Linear& lin : lins) {
    lin->reset_parameters(init);
  }
  for (BatchNorm& norm : batch_norms) {
    norm->reset_parameters();
  }
  for (const auto& norm : layer_norms) {
    reset_norm(*norm, init);
  }
}

at::Tensor GenMlpImpl::forward(at::Tensor h) {
  for (std::size_t i = 0; i + 1 < lins.size(); ++i) {
    h = lins[i]->forward(h);
    if (options.norm() == Norm::kBatch) {
      batch_norms[i]->train(is_training());
      h = batch_norms[i]->forward(h).relu();
    } else if (options.norm() != Norm::kNone) {
      h = apply_norm(*layer_norms[i], h, {.act = Activation::kRelu});
    } else {
      h = h.relu();
    }
  }
  return lins.back()->forward(h);
}

GenConvImpl::GenConvImpl(const GenConvOptions& conv_options) : options(conv_options) {
  TORCH_CHECK(options.num_layers() >= 1, "GenConv: num_layers must be >= 1, got ",
              options.num_layers());
  TORCH_CHECK(options.expansion() >= 1, "GenConv: expansion must be >= 1, got ",
              options.expansion());
  TORCH_CHECK(options.p() != 0.0, "GenConv: p must not be 0, got 0");
  TORCH_CHECK(options.edge_channels() >= 0, "GenConv: edge_channels must be >= 0, got ",
              options.edge_channels());
  reset();
}

bool GenConvImpl::learns() const {
  return options.aggregation() == GenAggregation::kSoftmax
             ? options.learn_t()
             : options.aggregation() == GenAggregation::kPowerMean && options.learn_p();
}

void GenConvImpl::reset() {
  const std::int64_t in = options.in_channels();
  const std::int64_t out = options.out_channels();
  if (learns()) {
    const bool softmax = options.aggregation() == GenAggregation::kSoftmax;
    aggr_module = register_module("aggr_module", GenPower(softmax ? "t" : "p"));
  }
  if (in != out) {
    lin_src = register_module("lin_src", Linear(LinearOptions(in, out).bias(options.bias())));
  }
  if (options.edge_channels() > 0 && options.edge_channels() != out) {
    lin_edge = register_module(
        "lin_edge", Linear(LinearOptions(options.edge_channels(), out).bias(options.bias())));
  }
  if (in != out) {
    lin_dst = register_module("lin_dst", Linear(LinearOptions(in, out).bias(options.bias())));
  }
  mlp = register_module("mlp", GenMlp(options));
  if (options.msg_norm()) {
    msg_norm = register_module(
        "msg_norm", MessageNorm(MessageNormOptions().learn_scale(options.learn_msg_scale())));
  }
  Initializer init(options.seed());
  reset_parameters(init);
}

void GenConvImpl::reset_parameters(Initializer& init) {
  if (aggr_module) {
    const bool softmax = options.aggregation() == GenAggregation::kSoftmax;
    Initializer::fill(aggr_module->value, softmax ? options.t() : options.p());
  }
  for (Linear* lin : {&lin_src, &lin_edge, &lin_dst}) {
    if (*lin) {
      (*lin)->reset_parameters(init);
    }
  }
  mlp->reset_parameters(init);
  if (msg_norm) {
    msg_norm->reset_parameters();
  }
}

void GenConvImpl::pretty_print(std::ostream& stream) const {
  stream << "GENConv(" << options.in_channels() << ", " << options.out_channels()
         << ", aggr=" << name_of(options.aggregation()) << ")";
}

at::Tensor GenConvImpl::aggregate(const at::Tensor& x, const at::Tensor& edges,
                                  const ConvContext& context) const {
  const Graph& graph = context.graph;
  at::Tensor masked;  // the messages themselves
  if (is_masked(context)) {
    const at::Tensor sent = ops::sddmm(x, {}, graph, ops::EdgeOp::kCopySource);
    masked = ((edges.defined() ? sent + edges : sent).relu() + options.eps()) *
             context.edge_mask.unsqueeze(1);
  }
  const ops::MessageOptions messages{
      .message = edges.defined() ? ops::MessageOf::kSum : ops::MessageOf::kSource,
      .reduce = reduce_of(options.aggregation()),
      .relu = true,
      .eps = options.eps()};
  const auto constant = [&](double value) {
    return at::full({1}, value, x.options().requires_grad(false));
  };
  if (options.aggregation() == GenAggregation::kSoftmax) {
    const at::Tensor t = aggr_module ? aggr_module->value : constant(options.t());
    return masked.defined()
               ? ops::softmax_aggregate({}, masked, graph, t, {.message = ops::MessageOf::kEdge})
               : ops::softmax_aggregate(x, edges, graph, t, messages);
  }
  if (options.aggregation() != GenAggregation::kPowerMean || (!aggr_module && options.p() == 1.0)) {
    return masked.defined() ? ops::edge_aggregate(masked, graph, messages.reduce)
                            : ops::message_aggregate(x, edges, graph, messages);
  }
  const at::Tensor p = aggr_module ? aggr_module->value : constant(options.p());
  const auto power = [&](const at::Tensor& m) { return at::pow(m.clamp(0.0, kLargestMessage), p); };
  const auto raised = [&](const at::Tensor& raw) { return power(raw.relu() + options.eps()); };
  at::Tensor mean;
  if (masked.defined()) {
    mean = ops::edge_aggregate(power(masked), graph, ops::Reduce::kMean);
  } else if (edges.defined()) {
    mean = ops::edge_aggregate(raised(ops::sddmm(x, {}, graph, ops::EdgeOp::kCopySource) + edges),
                               graph, ops::Reduce::kMean);
  } else {
    mean = ops::aggregate(raised(x), graph, ops::Reduce::kMean);
  }
  return at::pow(mean.clamp(0.0, kLargestMessage), at::reciprocal(p));
}

at::Tensor GenConvImpl::forward(const NodeInput& x, const at::Tensor& edge_attr,
                                const Graph& graph) {
  ConvContext context(graph);
  context.edge_attr = edge_attr;
  return propagate(x, context);
}

at::Tensor GenConvImpl::propagate(const NodeInput& x, const ConvContext& context) {
  const Graph& graph = context.graph;
  const at::Tensor& edge_attr = context.edge_attr;
  check_graph("GenConv", x, graph, options.in_channels());
  at::Tensor edges;
  if (options.edge_channels() > 0) {
    check_edge_attr("GenConv", edge_attr, graph, options.edge_channels());
    edges = lin_edge ? lin_edge->forward(edge_attr) : edge_attr;
  }
  const at::Tensor source = lin_src ? lin_src->forward(x) : to_dense(x);
  const at::Tensor own = lin_dst ? lin_dst->forward(x) : source;
  at::Tensor heard = aggregate(source, edges, context);
  if (msg_norm) {
    heard = msg_norm->forward(to_dense(x), heard);
  }
  return mlp->forward(heard + own);
}

}  // namespace isthmus::layers
