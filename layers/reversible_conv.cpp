#include "isthmus/layers/reversible_conv.hpp"

#include <ostream>
#include <utility>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/layers/gin_conv.hpp"
#include "isthmus/layers/layer_norm.hpp"
#include "isthmus/layers/linear.hpp"

#include "make_conv.hpp"

namespace isthmus::layers {

ReversibleConvImpl::ReversibleConvImpl(const ReversibleConvOptions& conv_options,
                                       std::shared_ptr<torch::nn::Module> convolution)
    : options(conv_options), conv(std::move(convolution)) {
  TORCH_CHECK(options.channels() >= 1, "ReversibleConv: channels must be >= 1, got ",
              options.channels());
  TORCH_CHECK(options.norm() == Norm::kNone || options.norm() == Norm::kLayer ||
                  options.norm() == Norm::kBatch,
              "ReversibleConv: norm must be none, layer or batch, got ", name_of(options.norm()));
  TORCH_CHECK(conv != nullptr && dynamic_cast<Conv*>(conv.get()) != nullptr,
              "ReversibleConv: conv must be a Conv, got ",
              conv == nullptr ? std::string("none") : conv->name());
  norm = make_norm(options.norm(), options.channels());
  if (norm) {
    register_module("norm", norm);
  }
  register_module("conv", conv);
  if (options.norm_after()) {
    norm_after = register_module(
        "norm_after", BatchNorm(BatchNormOptions(options.channels()).allow_single_element(true)));
  }
}

void ReversibleConvImpl::reset_parameters(Initializer& init) {
  if (norm) {
    reset_norm(*norm, init);
  }
  as_conv(*conv).reset_parameters(init);
  if (norm_after) {
    norm_after->reset_parameters();
  }
}

void ReversibleConvImpl::pretty_print(std::ostream& stream) const {
  stream << "ReversibleConv(" << as_conv(*conv).type_name() << ", " << options.channels() << ")";
}

std::optional<ops::GinBlock> ReversibleConvImpl::as_gin_block(const BlockContext& context) const {
  const auto* before = norm ? norm->as<LayerNormImpl>() : nullptr;
  const auto* gin = conv->as<GinConvImpl>();
  const Graph& graph = context.conv.graph;
  const bool batch = options.norm_after();
  if (before == nullptr || before->options.mode() != LayerNormMode::kNode ||
      options.act() != Activation::kRelu || !options.relu_after() || gin == nullptr ||
      !gin->is_gin_mlp(context.conv) || (batch && (!is_training() || graph.num_nodes() <= 1))) {
    return std::nullopt;
  }
  const auto& first = gin->nn->lins->at<LinearImpl>(0);
  const auto& second = gin->nn->lins->at<LinearImpl>(1);
  ops::GinBlock block{
      graph,
      {before->weight, before->bias, first.weight, first.bias, second.weight, second.bias, {}, {}}};
  if (batch) {
    block.parameters[ops::GinBlock::kBatchWeight] = norm_after->module->weight;
    block.parameters[ops::GinBlock::kBatchBias] = norm_after->module->bias;
    block.batch_eps = norm_after->options.eps();
  }
  block.eps = gin->eps.item<double>();
  block.norm_eps = before->options.eps();
  block.dropout = context.dropout;
  block.mask = context.mask;
  block.marks = context.marks;
  return block;
}

void ReversibleConvImpl::track(const ops::BatchMoments& moments, std::int64_t rows) {
  if (norm_after) {
    const auto type = norm_after->module->running_mean.scalar_type();
    norm_after->module->track(at::tensor(moments.mean).to(type), at::tensor(moments.var).to(type),
                              rows, norm_after->options.momentum());
  }
}

at::Tensor ReversibleConvImpl::forward_block(const at::Tensor& u, const BlockContext& context) {
  if (const std::optional<ops::GinBlock> whole = as_gin_block(context)) {
    const ops::GinBlockResult result = ops::gin_block(u, *whole);
    track(result.moments, u.size(0));
    return result.f;
  }
  const AfterNorm after{options.act(), context.dropout, context.mask};
  at::Tensor z;
  if (norm) {
    z = apply_norm(*norm, u, after);
  } else {
    z = activate(u, after.act);
    z = after.dropout > 0.0 ? ops::dropout(z, after.dropout, after.key) : z;
  }
  Conv& propagate = as_conv(*conv);
  ConvContext inner = context.conv;
  inner.relu = options.relu_after() && propagate.applies_relu();
  at::Tensor out = propagate.propagate(z, inner);
  if (options.relu_after() && !inner.relu) {
    out = at::relu(out);
  }
  return norm_after ? norm_after->forward(out) : out;
}

}  // namespace isthmus::layers
