#include "isthmus/layers/gnn.hpp"

#include <array>
#include <ostream>

#include <c10/util/Exception.h>

#include "isthmus/layers/activation.hpp"
#include "isthmus/layers/linear.hpp"
#include "isthmus/layers/residual_block.hpp"

#include "check_edges.hpp"
#include "check_graph.hpp"
#include "layer_contexts.hpp"
#include "layer_rows.hpp"
#include "make_conv.hpp"
#include "reversible_stage.hpp"
#include "turns.hpp"

namespace isthmus::layers {
namespace {

// Named dropout streams start at 2^31: the heads of JumpingKnowledge::kSum.
constexpr std::uint32_t kHeadStream = 0x80000000U;
constexpr std::uint32_t kInputLayer = 0;
// Dropout inside the message-passing layers.
constexpr std::uint32_t kConvStream = 0x90000000U;
// Of the virtual node, after each update.
constexpr std::uint32_t kVirtualStream = 0xA0000000U;

/// The one layer of a width-keeping type works on scores: see keeps_width().
bool propagates_scores(const GnnOptions& o) {
  return keeps_width(o.layer_type) && last_layer_gives_scores(o);
}

}  // namespace

GnnImpl::GnnImpl(const GnnOptions& options) : options_(options) {
  check_options(options_);
  reset();
}

void GnnImpl::reset() {
  const GnnOptions& o = options_;
  const bool residual = o.stage_type == StageType::kResidual;
  const bool reversible = o.stage_type == StageType::kReversible;
  const bool drew = o.stage_type == StageType::kDrew;
  const bool in_blocks = residual || reversible || drew;
  // Blocks and output_norm do it there; rows of graphs are no business of an Mlp.
  const Norm mlp_norm = in_blocks || is_graph_norm(o.norm) ? Norm::kNone : o.norm;
  const bool bare_pre_mp = reversible || drew || propagates_scores(o);
  std::int64_t width = o.dim_in;

  if (o.layers_pre_mp > 0) {
    std::vector<std::int64_t> channels(static_cast<std::size_t>(o.layers_pre_mp) + 1, o.dim_inner);
    channels.front() = o.dim_in;
    channels.back() = propagates_scores(o) ? o.dim_out : o.dim_inner;
    width = channels.back();
    pre_mp_ = register_module("pre_mp", Mlp(MlpOptions(channels)
                                                .norm(mlp_norm)
                                                .act(o.act)
                                                .dropout(o.dropout)
                                                .plain_last(bare_pre_mp)
                                                .drop_last(false)));
  }

  if (o.jk == JumpingKnowledge::kSum) {
    heads_ = register_module("heads", torch::nn::ModuleList());
    heads_->push_back(Linear(width, o.dim_out));
  }
  // What layers are told about edges: what the encoder makes of them.
  GnnOptions encoded = o;
  if (o.edge_encoder) {
    edge_encoder_ = register_module("edge_encoder", Linear(o.edge_dim, o.dim_inner));
    encoded.edge_dim = o.dim_inner;
  }
  if (reversible) {
    stack_ = register_module("stack", make_reversible_stack(encoded));
  } else if (drew) {
    const auto form = o.layer_type == LayerType::kGin ? DrewForm::kGin : DrewForm::kGcn;
    drew_ = register_module(
        "drew",
        Drew(DrewOptions(width, o.layers_mp).shape(o.drew).form(form).train_eps(o.gin_train_eps)));
  } else if (residual) {
    blocks_ = register_module("blocks", torch::nn::ModuleList());
    for (std::int64_t i = 0; i < o.layers_mp; ++i) {
      blocks_->push_back(ResidualBlock(ResidualBlockOptions(o.layer_type, width)
                                           .agg(o.agg)
                                           .norm(o.norm)
                                           .act(o.act)
                                           .dropout(o.dropout)
                                           .train_eps(o.gin_train_eps)
                                           .heads(o.heads)));
    }
  } else {
    convs_ = register_module("convs", torch::nn::ModuleList());
    norms_ = register_module("norms", torch::nn::ModuleList());
    for (std::int64_t i = 0; i < o.layers_mp; ++i) {
      const bool plain = is_plain_conv(o, i);
      const std::int64_t out = plain ? o.dim_out : o.dim_inner;
      convs_->push_back(make_conv(encoded, width, out, i));
      if (!plain && o.norm != Norm::kNone) {
        norms_->push_back(make_norm(o.norm, out, o.norm_groups));
      }
      if (heads_) {
        heads_->push_back(Linear(out, o.dim_out));
      }
      width = out;
    }
  }

  output_norm_ = in_blocks ? make_norm(o.norm, width) : nullptr;
  if (output_norm_) {
    register_module("output_norm", output_norm_);
  }

  if (o.jk != JumpingKnowledge::kNone && !heads_) {
    jump_ = register_module("jk", Jump(JumpOptions(o.jk, o.dim_inner, o.layers_mp)));
    width = jump_->out_channels();
  }
  if (o.virtual_node) {
    virtual_node_ = register_module(
        "virtual_node", VirtualNode(VirtualNodeOptions(o.dim_inner, o.layers_mp)
                                        .dropout(o.dropout)
                                        .residual(o.stage_type == StageType::kSkipSum)));
  }

  readout_ = register_module("readout", Readout(o.graph_pooling, width));
  width = readout_columns(o.graph_pooling, width);
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
  if (edge_encoder_) {
    edge_encoder_->reset_parameters(init);
  }
  if (stack_ || drew_) {
    stack_ ? stack_->reset_parameters(init) : drew_->reset_parameters(init);
  }
  if (blocks_) {
    for (const auto& block : *blocks_) {
      block->as<ResidualBlockImpl>()->reset_parameters(init);
    }
  }
  if (output_norm_) {
    reset_norm(*output_norm_, init);
  }
  if (convs_) {
    for (const auto& conv : *convs_) {
      as_conv(*conv).reset_parameters(init);
    }
    for (const auto& norm : *norms_) {
      reset_norm(*norm, init);
    }
  }
  if (jump_) {
    jump_->reset_parameters(init);
  }
  if (virtual_node_) {
    virtual_node_->reset_parameters(init);
  }
  readout_->reset_parameters(init);
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
  check_graph("Gnn", x, context.graph, options_.dim_in);
  node_ids_ = context.graph.original_ids();
  const std::array<std::int64_t, 2> whole{0, context.graph.num_nodes()};
  const ConvContext encoded = with_encoded_edges(context);  // outlives the run, which points at it
  ptr = ptr.empty() ? std::span<const std::int64_t>(whole) : ptr;
  if (options_.alternate) {
    return run(x, LayerContexts(contexts_by_turns("Gnn", encoded, options_.num_relations, parts_)),
               ptr);
  }
  return run(x, LayerContexts(encoded), ptr);
}

at::Tensor GnnImpl::forward(const NodeInput& x, std::span<const ConvContext> contexts,
                            std::int64_t num_rows) {
  TORCH_CHECK(!stack_ && !drew_,
              "Gnn: a mini-batch must have one context per message-passing layer, which those of "
              "stage_type ",
              name_of(options_.stage_type), " cannot take: all of them run on one graph");
  TORCH_CHECK(!options_.alternate, "Gnn: a mini-batch cannot alternate between types of edges");
  TORCH_CHECK(static_cast<std::int64_t>(contexts.size()) == options_.layers_mp,
              "Gnn: a mini-batch must have one context per message-passing layer, ",
              options_.layers_mp, ", got ", contexts.size());
  TORCH_CHECK(options_.graph_pooling == Pooling::kNone,
              "Gnn: a mini-batch of nodes needs a network without graph_pooling, got ",
              name_of(options_.graph_pooling));
  std::int64_t rows = contexts.empty() ? num_rows : contexts.front().graph.num_nodes();
  check_shape("Gnn", x, rows, options_.dim_in);
  for (const ConvContext& context : contexts) {
    TORCH_CHECK(context.graph.num_nodes() <= rows,
                "Gnn: nodes of a layer must be a prefix of those of the layer before, ", rows,
                " of them, got ", context.graph.num_nodes());
    rows = context.graph.num_nodes();
  }
  TORCH_CHECK(num_rows >= 0 && num_rows <= rows, "Gnn: num_rows must be in [0, ", rows, "], got ",
              num_rows);
  node_ids_ = {};  // rows of a batch go by their place in it
  std::vector<ConvContext> encoded;
  for (const ConvContext& context : contexts) {
    encoded.push_back(with_encoded_edges(context));
  }
  return run(x, LayerContexts(encoded, num_rows), {});
}

ConvContext GnnImpl::with_encoded_edges(const ConvContext& context) {
  ConvContext encoded = context;
  if (edge_encoder_) {
    check_edge_attr("Gnn", context.edge_attr, context.graph, options_.edge_dim);
    encoded.edge_attr = edge_encoder_->forward(context.edge_attr);
    show("edge_encoder", encoded.edge_attr);
  }
  return encoded;
}

at::Tensor GnnImpl::run(const NodeInput& x, const LayerContexts& contexts,
                        std::span<const std::int64_t> ptr) {
  const bool in_blocks = stack_ || blocks_ || drew_;
  const double input_dropout = options_.input_dropout.value_or(in_blocks ? 0.0 : options_.dropout);
  NodeInput h =
      is_training() && input_dropout > 0.0 ? dropout(x, input_dropout, node_key(kInputLayer)) : x;
  at::Tensor initial;
  std::uint32_t layer = kInputLayer + 1;
  if (pre_mp_) {
    const at::Tensor pre = pre_mp_->forward(h, node_key(layer));
    show("pre_mp", pre);
    layer += static_cast<std::uint32_t>(options_.layers_pre_mp);
    initial = pre;
    h = stack_ || drew_ || propagates_scores(options_)
            ? pre
            : dropped(pre, options_.dropout, node_key(layer - 1));
  } else {
    initial = is_sparse(h) ? at::Tensor() : std::get<at::Tensor>(h);
  }

  if (stack_ || drew_) {
    h = forward_whole(std::get<at::Tensor>(h), contexts.of(0), layer);
    layer += static_cast<std::uint32_t>(options_.layers_mp) + 1;
  } else if (blocks_) {
    h = forward_blocks(std::get<at::Tensor>(h), contexts, layer);
    layer += 2 * static_cast<std::uint32_t>(options_.layers_mp);
  } else {
    h = forward_stack(std::move(h), std::move(initial), contexts, ptr, layer);
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
    const at::Tensor scores = post_mp_->forward(
        h, options_.graph_pooling == Pooling::kNone ? node_key(layer) : key(layer));
    show("post_mp", scores);
    return scores;
  }
  return std::get<at::Tensor>(h);
}

NodeInput GnnImpl::forward_stack(NodeInput h, at::Tensor initial, const LayerContexts& contexts,
                                 std::span<const std::int64_t> ptr, std::uint32_t layer) {
  std::vector<at::Tensor> edge_states = contexts.edge_attrs();
  at::Tensor scores;
  if (heads_) {
    scores = head_score(0, h, ptr);
  }
  at::Tensor state;
  if (virtual_node_) {
    state = virtual_node_->start(static_cast<std::int64_t>(ptr.size()) - 1);
  }
  std::vector<at::Tensor> outputs;
  for (std::size_t i = 0; i < convs_->size(); ++i) {
    const std::string index = std::to_string(i);
    ConvContext inner = contexts.of(i);
    inner.initial = initial;
    inner.edge_state = &edge_states[i % edge_states.size()];
    inner.key = key(kConvStream + static_cast<std::uint32_t>(i));
    if (virtual_node_) {
      const at::Tensor given = virtual_node_->add(std::get<at::Tensor>(h), state, ptr);
      h = given;
      if (i + 1 < convs_->size()) {
        state = virtual_node_->update(static_cast<std::int64_t>(i), given, state, ptr,
                                      key(kVirtualStream + static_cast<std::uint32_t>(i)));
        show("virtual_node." + index, state);
      }
    }
    Conv& conv = as_conv(*convs_[i]);
    const bool plain = is_plain_conv(options_, static_cast<std::int64_t>(i));
    // An observer wants to see the output before the activation.
    inner.relu = !plain && options_.norm == Norm::kNone && options_.act == Activation::kRelu &&
                 conv.applies_relu() && !observer_;
    at::Tensor out = contexts.rows_after(i, conv.propagate(h, inner));
    show("convs." + index, out);
    if (!plain) {
      const ops::DropoutKey mask = node_key(layer + static_cast<std::uint32_t>(i));
      if (options_.norm != Norm::kNone && !observer_) {
        out = apply_norm(*norms_[i], out,
                         {options_.act, is_training() ? options_.dropout : 0.0, mask}, ptr);
      } else {
        if (options_.norm != Norm::kNone) {
          out = apply_norm(*norms_[i], out, ptr);
          show("norms." + index, out);
        }
        out = inner.relu ? out : activate(out, options_.act);
        out = dropped(out, options_.dropout, mask);
      }
    }
    const bool skip =
        options_.stage_type == StageType::kSkipSum && num_cols(h) == out.size(1) && !is_sparse(h);
    h = skip ? contexts.rows_after(i, std::get<at::Tensor>(h)) + out : out;
    initial = initial.defined() ? contexts.rows_after(i, initial) : initial;
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

at::Tensor GnnImpl::forward_blocks(at::Tensor h, const LayerContexts& contexts,
                                   std::uint32_t layer) {
  for (std::size_t i = 0; i < blocks_->size(); ++i) {
    const auto place = layer + 2 * static_cast<std::uint32_t>(i);
    ConvContext inner = contexts.of(i);
    inner.key = node_key(place);
    h = contexts.rows_after(i, blocks_[i]->as<ResidualBlockImpl>()->forward(h, inner));
    show("blocks." + std::to_string(i), h);
  }
  if (output_norm_) {
    h = apply_norm(*output_norm_, h);
    show("output_norm", h);
  }
  return h;
}

at::Tensor GnnImpl::forward_whole(const at::Tensor& h, const ConvContext& context,
                                  std::uint32_t layer) {
  ConvContext inner = context;
  inner.initial = at::Tensor();  // as wide as all groups together: of no use to one
  inner.key = node_key(layer);
  at::Tensor out = drew_ ? drew_->forward(h, inner) : stack_->forward(h, inner);
  show(drew_ ? "drew" : "stack", out);
  const AfterNorm after{options_.act, is_training() ? options_.dropout : 0.0,
                        node_key(layer + static_cast<std::uint32_t>(options_.layers_mp))};
  out = output_norm_ ? apply_norm(*output_norm_, out, after)
                     : dropped(activate(out, after.act), after.dropout, after.key);
  show("output_norm", out);
  return out;
}

at::Tensor GnnImpl::head_score(std::size_t index, const NodeInput& h,
                               std::span<const std::int64_t> ptr) {
  const at::Tensor pooled = readout_->forward(to_dense(h), ptr);
  const at::Tensor score = heads_[index]->as<LinearImpl>()->forward(pooled);
  show("heads." + std::to_string(index), score);
  return dropped(score, options_.final_dropout,
                 key(kHeadStream + static_cast<std::uint32_t>(index)));  // rows are graphs
}

ops::DropoutKey GnnImpl::key(std::uint32_t layer) const {
  return {.seed = options_.seed, .layer = layer, .step = step_};
}

ops::DropoutKey GnnImpl::node_key(std::uint32_t layer) const {
  ops::DropoutKey own = key(layer);
  if (node_ids_) {
    own.rows = *node_ids_;
  }
  return own;
}

at::Tensor GnnImpl::dropped(const at::Tensor& x, double p, const ops::DropoutKey& mask) const {
  return is_training() && p > 0.0 ? ops::dropout(x, p, mask) : x;
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
    width = pre_mp_->options.channels().back();
  }
  if (edge_encoder_) {
    rows.push_back(
        row_of("edge_encoder", *edge_encoder_, arrow(options_.edge_dim, options_.dim_inner)));
  }
  const std::int64_t first_width = width;
  for (std::size_t i = 0; convs_ && i < convs_->size(); ++i) {
    const std::string index = std::to_string(i);
    const bool plain = is_plain_conv(options_, static_cast<std::int64_t>(i));
    const std::int64_t out = plain ? options_.dim_out : options_.dim_inner;
    rows.push_back(row_of("convs." + index, *convs_->ptr(i), arrow(width, out)));
    if (i < norms_->size()) {
      rows.push_back(row_of("norms." + index, *norms_->ptr(i), std::to_string(out)));
    }
    width = out;
  }
  if (virtual_node_) {
    add_virtual_node_rows(rows, *virtual_node_, options_.dim_inner);
  }
  if (jump_ && !jump_->parameters().empty()) {
    rows.push_back(row_of("jk", *jump_,
                          arrow(options_.layers_mp * options_.dim_inner, jump_->out_channels())));
  }
  if (stack_) {
    add_stack_rows(rows, *stack_);
  }
  const std::string same = arrow(width, width);
  if (drew_) {
    rows.push_back(row_of("drew", *drew_, same));
  }
  for (std::size_t i = 0; blocks_ && i < blocks_->size(); ++i) {
    rows.push_back(row_of("blocks." + std::to_string(i), *blocks_->ptr(i), same));
  }
  if (output_norm_) {
    rows.push_back(row_of("output_norm", *output_norm_, std::to_string(width)));
  }
  if (has_parameters(options_.graph_pooling)) {
    rows.push_back(
        row_of("readout", *readout_, arrow(width, readout_columns(options_.graph_pooling, width))));
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

std::vector<at::Tensor> GnnImpl::message_passing_parameters() const {
  return stack_    ? stack_->parameters()
         : drew_   ? drew_->parameters()
         : blocks_ ? blocks_->parameters()
                   : convs_->parameters();
}

}  // namespace isthmus::layers
