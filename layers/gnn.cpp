#include "isthmus/layers/gnn.hpp"

#include <algorithm>
#include <array>
#include <ostream>

#include <c10/util/Exception.h>

#include "isthmus/layers/activation.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/residual_block.hpp"

#include "check_graph.hpp"
#include "make_conv.hpp"

namespace isthmus::layers {
namespace {

// Named dropout streams start at 2^31: the heads of JumpingKnowledge::kSum.
constexpr std::uint32_t kHeadStream = 0x80000000U;
constexpr std::uint32_t kInputLayer = 0;
// Dropout inside the message-passing layers.
constexpr std::uint32_t kConvStream = 0x90000000U;

bool last_conv_is_plain(const GnnOptions& o) {
  return o.layers_post_mp == 0 && o.jk == JumpingKnowledge::kNone;
}

std::string type_name(const torch::nn::Module& module) {
  if (const auto* conv = dynamic_cast<const Conv*>(&module)) {
    return std::string(conv->type_name());
  }
  const std::array<std::pair<std::string_view, std::string_view>, 4> names{{
      {"BatchNormImpl", "BatchNorm"},
      {"LayerNormImpl", "LayerNorm"},
      {"ResidualBlockImpl", "ResidualBlock"},
      {"JumpImpl", "JumpingKnowledge"},
  }};
  const std::string full = module.name();
  for (const auto& [impl, name] : names) {
    if (full.ends_with(impl)) {
      return std::string(name);
    }
  }
  return full;
}

std::string arrow(std::int64_t in, std::int64_t out) {
  return std::to_string(in) + " -> " + std::to_string(out);
}

LayerRow row_of(std::string name, const torch::nn::Module& module, std::string shape) {
  LayerRow row{std::move(name), type_name(module), std::move(shape), 0};
  for (const at::Tensor& parameter : module.parameters()) {
    row.parameters += parameter.numel();
  }
  return row;
}

void add_mlp_rows(std::vector<LayerRow>& rows, const std::string& name, const MlpImpl& mlp) {
  const std::vector<std::int64_t>& channels = mlp.options.channels();
  for (std::size_t i = 0; i < mlp.lins->size(); ++i) {
    const std::string index = std::to_string(i);
    rows.push_back(
        row_of(name + ".lins." + index, *mlp.lins->ptr(i), arrow(channels[i], channels[i + 1])));
    if (i < mlp.norms->size()) {
      rows.push_back(
          row_of(name + ".norms." + index, *mlp.norms->ptr(i), std::to_string(channels[i + 1])));
    }
  }
}

}  // namespace

GnnImpl::GnnImpl(const GnnOptions& options) : options_(options) {
  check_options(options_);
  reset();
}

void GnnImpl::reset() {
  const GnnOptions& o = options_;
  const bool residual = o.stage_type == StageType::kResidual;
  const Norm mlp_norm = residual ? Norm::kNone : o.norm;  // blocks and output_norm do it there
  std::int64_t width = o.dim_in;

  if (o.layers_pre_mp > 0) {
    std::vector<std::int64_t> channels(static_cast<std::size_t>(o.layers_pre_mp) + 1, o.dim_inner);
    channels.front() = o.dim_in;
    pre_mp_ = register_module(
        "pre_mp",
        Mlp(MlpOptions(channels).norm(mlp_norm).act(o.act).dropout(o.dropout).plain_last(false)));
    width = o.dim_inner;
  }

  if (o.jk == JumpingKnowledge::kSum) {
    heads_ = register_module("heads", torch::nn::ModuleList());
    heads_->push_back(Linear(width, o.dim_out));
  }
  if (residual) {
    blocks_ = register_module("blocks", torch::nn::ModuleList());
    for (std::int64_t i = 0; i < o.layers_mp; ++i) {
      blocks_->push_back(ResidualBlock(ResidualBlockOptions(o.layer_type, width)
                                           .agg(o.agg)
                                           .norm(o.norm)
                                           .act(o.act)
                                           .dropout(o.dropout)
                                           .train_eps(o.gin_train_eps)));
    }
    output_norm_ = make_norm(o.norm, width);
    if (output_norm_) {
      register_module("output_norm", output_norm_);
    }
  } else {
    convs_ = register_module("convs", torch::nn::ModuleList());
    norms_ = register_module("norms", torch::nn::ModuleList());
    for (std::int64_t i = 0; i < o.layers_mp; ++i) {
      const bool plain = last_conv_is_plain(o) && i + 1 == o.layers_mp;
      const std::int64_t out = plain ? o.dim_out : o.dim_inner;
      convs_->push_back(make_conv(o, width, out, i));
      if (!plain && o.norm != Norm::kNone) {
        norms_->push_back(make_norm(o.norm, out));
      }
      if (heads_) {
        heads_->push_back(Linear(out, o.dim_out));
      }
      width = out;
    }
  }

  if (o.jk != JumpingKnowledge::kNone && !heads_) {
    jump_ = register_module("jk", Jump(JumpOptions(o.jk, o.dim_inner, o.layers_mp)));
    width = jump_->out_channels();
  }

  readout_ = register_module("readout", Readout(o.graph_pooling));
  if (o.layers_post_mp > 0) {
    std::vector<std::int64_t> channels(static_cast<std::size_t>(o.layers_post_mp) + 1, o.dim_inner);
    channels.front() = width;
    channels.back() = o.dim_out;
    post_mp_ = register_module(
        "post_mp", Mlp(MlpOptions(channels).norm(mlp_norm).act(o.act).dropout(o.dropout)));
  }
  reset_parameters();
}

void GnnImpl::reset_parameters() {
  Initializer init(options_.seed);
  if (pre_mp_) {
    pre_mp_->reset_parameters(init);
  }
  if (blocks_) {
    for (const auto& block : *blocks_) {
      block->as<ResidualBlockImpl>()->reset_parameters(init);
    }
  }
  if (output_norm_) {
    reset_norm(*output_norm_);
  }
  if (convs_) {
    for (const auto& conv : *convs_) {
      as_conv(*conv).reset_parameters(init);
    }
    for (const auto& norm : *norms_) {
      reset_norm(*norm);
    }
  }
  if (jump_) {
    jump_->reset_parameters(init);
  }
  if (post_mp_) {
    post_mp_->reset_parameters(init);
  }
  if (heads_) {
    for (const auto& head : *heads_) {
      head->as<LinearImpl>()->reset_parameters(init);
    }
  }
}

void GnnImpl::pretty_print(std::ostream& stream) const {
  stream << "Gnn(" << name_of(options_.layer_type) << ", " << name_of(options_.stage_type) << ", "
         << options_.dim_in << " -> " << options_.dim_inner << " -> " << options_.dim_out << ")";
}

at::Tensor GnnImpl::forward(const NodeInput& x, const Graph& graph,
                            std::span<const std::int64_t> ptr) {
  return forward(x, ConvContext(graph), ptr);
}

at::Tensor GnnImpl::forward(const NodeInput& x, const ConvContext& context,
                            std::span<const std::int64_t> ptr) {
  const Graph& graph = context.graph;
  check_graph("Gnn", x, graph, options_.dim_in);
  const std::array<std::int64_t, 2> whole{0, graph.num_nodes()};
  if (ptr.empty()) {
    ptr = whole;
  }

  const bool residual = options_.stage_type == StageType::kResidual;
  const double input_dropout = options_.input_dropout.value_or(residual ? 0.0 : options_.dropout);
  NodeInput h =
      is_training() && input_dropout > 0.0 ? dropout(x, input_dropout, key(kInputLayer)) : x;
  std::uint32_t layer = kInputLayer + 1;
  if (pre_mp_) {
    const at::Tensor pre = pre_mp_->forward(h, key(layer));
    show("pre_mp", pre);
    h = pre;
    layer += static_cast<std::uint32_t>(options_.layers_pre_mp);
  }

  if (residual) {
    h = forward_blocks(std::get<at::Tensor>(h), graph, layer);
    layer += 2 * static_cast<std::uint32_t>(options_.layers_mp);
  } else {
    h = forward_stack(std::move(h), context, ptr, layer);
    layer += static_cast<std::uint32_t>(options_.layers_mp);
    if (heads_) {
      return std::get<at::Tensor>(h);
    }
  }

  if (options_.graph_pooling != Pooling::kNone) {
    const at::Tensor pooled = readout_->forward(to_dense(h), ptr);
    show("readout", pooled);
    h = pooled;
  }
  if (post_mp_) {
    const at::Tensor scores = post_mp_->forward(h, key(layer));
    show("post_mp", scores);
    return scores;
  }
  return std::get<at::Tensor>(h);
}

NodeInput GnnImpl::forward_stack(NodeInput h, const ConvContext& context,
                                 std::span<const std::int64_t> ptr, std::uint32_t layer) {
  ConvContext inner = context;
  inner.initial = is_sparse(h) ? at::Tensor() : std::get<at::Tensor>(h);
  at::Tensor scores;
  if (heads_) {
    scores = head_score(0, h, ptr);
  }
  std::vector<at::Tensor> outputs;
  for (std::size_t i = 0; i < convs_->size(); ++i) {
    const std::string index = std::to_string(i);
    inner.key = key(kConvStream + static_cast<std::uint32_t>(i));
    Conv& conv = as_conv(*convs_[i]);
    const bool plain = last_conv_is_plain(options_) && i + 1 == convs_->size();
    // An observer wants to see the output before the activation.
    inner.relu = !plain && options_.norm == Norm::kNone && options_.act == Activation::kRelu &&
                 conv.applies_relu() && !observer_;
    at::Tensor out = conv.propagate(h, inner);
    show("convs." + index, out);
    if (!plain) {
      if (options_.norm != Norm::kNone) {
        out = apply_norm(*norms_[i], out);
        show("norms." + index, out);
      }
      out = inner.relu ? out : activate(out, options_.act);
      out = dropped(out, options_.dropout, layer + static_cast<std::uint32_t>(i));
    }
    const bool skip =
        options_.stage_type == StageType::kSkipSum && num_cols(h) == out.size(1) && !is_sparse(h);
    h = skip ? std::get<at::Tensor>(h) + out : out;
    if (heads_) {
      scores = scores + head_score(i + 1, h, ptr);
    }
    if (jump_) {
      outputs.push_back(std::get<at::Tensor>(h));
    }
  }
  if (jump_) {
    const at::Tensor joined = jump_->forward(outputs);
    show("jk", joined);
    return joined;
  }
  return heads_ ? NodeInput(scores) : h;
}

at::Tensor GnnImpl::forward_blocks(at::Tensor h, const Graph& graph, std::uint32_t layer) {
  for (std::size_t i = 0; i < blocks_->size(); ++i) {
    const auto place = layer + 2 * static_cast<std::uint32_t>(i);
    h = blocks_[i]->as<ResidualBlockImpl>()->forward(h, graph, key(place));
    show("blocks." + std::to_string(i), h);
  }
  if (output_norm_) {
    h = apply_norm(*output_norm_, h);
    show("output_norm", h);
  }
  return h;
}

at::Tensor GnnImpl::head_score(std::size_t index, const NodeInput& h,
                               std::span<const std::int64_t> ptr) {
  const at::Tensor pooled = readout_->forward(to_dense(h), ptr);
  const at::Tensor score = heads_[index]->as<LinearImpl>()->forward(pooled);
  show("heads." + std::to_string(index), score);
  return dropped(score, options_.final_dropout, kHeadStream + static_cast<std::uint32_t>(index));
}

ops::DropoutKey GnnImpl::key(std::uint32_t layer) const { return {options_.seed, layer, step_}; }

at::Tensor GnnImpl::dropped(const at::Tensor& x, double p, std::uint32_t layer) const {
  return is_training() && p > 0.0 ? ops::dropout(x, p, key(layer)) : x;
}

void GnnImpl::show(std::string_view name, const at::Tensor& output) const {
  if (observer_) {
    observer_(name, output);
  }
}

std::vector<LayerRow> GnnImpl::describe() const {
  std::vector<LayerRow> rows;
  std::int64_t width = options_.dim_in;
  if (pre_mp_) {
    add_mlp_rows(rows, "pre_mp", *pre_mp_);
    width = options_.dim_inner;
  }
  const std::int64_t first_width = width;
  for (std::size_t i = 0; convs_ && i < convs_->size(); ++i) {
    const std::string index = std::to_string(i);
    const bool plain = last_conv_is_plain(options_) && i + 1 == convs_->size();
    const std::int64_t out = plain ? options_.dim_out : options_.dim_inner;
    rows.push_back(row_of("convs." + index, *convs_->ptr(i), arrow(width, out)));
    if (i < norms_->size()) {
      rows.push_back(row_of("norms." + index, *norms_->ptr(i), std::to_string(out)));
    }
    width = out;
  }
  if (jump_ && !jump_->parameters().empty()) {
    rows.push_back(row_of("jk", *jump_,
                          arrow(options_.layers_mp * options_.dim_inner, jump_->out_channels())));
  }
  for (std::size_t i = 0; blocks_ && i < blocks_->size(); ++i) {
    rows.push_back(row_of("blocks." + std::to_string(i), *blocks_->ptr(i), arrow(width, width)));
  }
  if (output_norm_) {
    rows.push_back(row_of("output_norm", *output_norm_, std::to_string(width)));
  }
  if (post_mp_) {
    add_mlp_rows(rows, "post_mp", *post_mp_);
  }
  for (std::size_t i = 0; heads_ && i < heads_->size(); ++i) {
    const std::int64_t in = i == 0 ? first_width : options_.dim_inner;
    rows.push_back(
        row_of("heads." + std::to_string(i), *heads_->ptr(i), arrow(in, options_.dim_out)));
  }
  return rows;
}

std::vector<at::Tensor> GnnImpl::first_layer_parameters() const {
  if (pre_mp_) {
    return pre_mp_->lins->ptr(0)->parameters();
  }
  if (convs_ && !convs_->is_empty()) {
    return convs_->ptr(0)->parameters();
  }
  return post_mp_ ? post_mp_->lins->ptr(0)->parameters() : heads_->ptr(0)->parameters();
}

}  // namespace isthmus::layers
