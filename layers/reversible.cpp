#include "isthmus/layers/reversible.hpp"

#include <ostream>

#include <ATen/Functions.h>
#include <torch/nn/modules/dropout.h>

#include "isthmus/layers/gnn_options.hpp"

#include "check_graph.hpp"
#include "stack_autograd.hpp"
#include "stack_run.hpp"

namespace isthmus::layers {
namespace {

/// One reconstruction of what a random mask hid is wrong: they are refused.
void refuse_dropout(const torch::nn::Module& block, std::int64_t layer, std::int64_t group) {
  for (const auto& entry : block.named_modules()) {
    double p = 0.0;
    if (const auto* dropout = dynamic_cast<const torch::nn::DropoutImpl*>(entry.value().get())) {
      p = dropout->options.p();
    } else if (const auto* alpha =
                   dynamic_cast<const torch::nn::AlphaDropoutImpl*>(entry.value().get())) {
      p = alpha->options.p();
    } else if (const auto* planes =
                   dynamic_cast<const torch::nn::Dropout2dImpl*>(entry.value().get())) {
      p = planes->options.p();
    }
    TORCH_CHECK(p == 0.0, "ReversibleStack: blocks must not draw: layer ", layer, ", group ", group,
                " holds the dropout module '", entry.key(), "' with p = ", p,
                "; use ReversibleOptions::dropout");
  }
}

/// The blocks of one layer, under PyG's name.
struct GroupsImpl : torch::nn::Module {
  GroupsImpl() { convs = register_module("convs", torch::nn::ModuleList()); }
  torch::nn::ModuleList convs{nullptr};
};

}  // namespace

ReversibleStackImpl::ReversibleStackImpl(const ReversibleOptions& stack_options,
                                         const BlockFactory& make_block)
    : options(stack_options), checks_(std::make_shared<FirstStepChecks>()) {
  const ReversibleOptions& o = options;
  TORCH_CHECK(o.groups() >= 2, "ReversibleStack: groups must be >= 2, got ", o.groups());
  TORCH_CHECK(o.num_layers() >= 1, "ReversibleStack: num_layers must be >= 1, got ",
              o.num_layers());
  TORCH_CHECK(o.channels() >= 1 && o.channels() % o.groups() == 0,
              "ReversibleStack: channels must be a positive multiple of the groups, ", o.groups(),
              ", got ", o.channels());
  TORCH_CHECK(o.bits() >= 12 && o.bits() <= 24, "ReversibleStack: bits must be in [12, 24], got ",
              o.bits());
  TORCH_CHECK(o.dropout() >= 0.0 && o.dropout() < 1.0,
              "ReversibleStack: dropout must be in [0, 1), got ", o.dropout());
  TORCH_CHECK(o.dropout() == 0.0 || o.channels() / o.groups() % 4 == 0,
              "ReversibleStack: with dropout a group must have a multiple of 4 channels, got ",
              o.channels() / o.groups());
  layers_ = register_module("layers", torch::nn::ModuleList());
  bool bounded = true;
  for (std::int64_t layer = 0; layer < o.num_layers(); ++layer) {
    const auto groups = std::make_shared<GroupsImpl>();
    for (std::int64_t group = 0; group < o.groups(); ++group) {
      const std::shared_ptr<torch::nn::Module> block = make_block(layer, group);
      TORCH_CHECK(block != nullptr, "ReversibleStack: a block must be a ReversibleBlock, got none");
      bounded = as_block(*block).has_bounded_output() && bounded;
      refuse_dropout(*block, layer, group);
      groups->convs->push_back(block);
      blocks_.push_back(block);
    }
    layers_->push_back(groups);
  }
  stream_ = held_stream(o.stream(), o.num_layers(), bounded);
  TORCH_CHECK(!o.verify() || stream_ == StreamType::kFixed32,
              "ReversibleStack: verify needs stream fixed32, the only exact one, got ",
              name_of(stream_));
  // Reconstruction holds two streams and one group's tape; a single layer's own tape is less.
  plain_ = o.mode() == ReversibleMode::kPlain ||
           (o.mode() == ReversibleMode::kAuto && o.num_layers() == 1);
}

void ReversibleStackImpl::reset_parameters(Initializer& init) {
  for (const auto& block : blocks_) {
    as_block(*block).reset_parameters(init);
  }
}

void ReversibleStackImpl::clone_(torch::nn::Module& other,
                                 decltype(argument_of(&torch::nn::Module::clone)) device) {
  const at::NoGradGuard no_grad;
  const auto take = [&](const auto& own, const auto& others) {
    for (const auto& entry : own) {
      at::Tensor copy = others[entry.key()].clone();
      entry.value().set_data(device ? copy.to(*device) : copy);
    }
  };
  take(named_parameters(), other.named_parameters());
  take(named_buffers(), other.named_buffers());
}

void ReversibleStackImpl::pretty_print(std::ostream& stream) const {
  stream << "ReversibleStack(" << options.num_layers() << " x " << options.channels() << ", "
         << options.groups() << " groups, " << name_of(stream_) << (plain_ ? ", plain" : "") << ")";
}

namespace {

/// Which tensors of the context gradients may go to.
std::vector<at::Tensor ConvContext::*> given_members(const ConvContext& context) {
  std::vector<at::Tensor ConvContext::*> given;
  for (const auto member :
       {&ConvContext::edge_attr, &ConvContext::initial, &ConvContext::edge_mask}) {
    if ((context.*member).defined()) {
      given.push_back(member);
    }
  }
  return given;
}

/// The list that gradients go to: those members, then the extras.
std::vector<at::Tensor> arguments_of(const ConvContext& context,
                                     std::span<const ReversibleExtra> extras) {
  std::vector<at::Tensor> list;
  for (const auto member : given_members(context)) {
    list.push_back(context.*member);
  }
  for (const ReversibleExtra& extra : extras) {
    list.push_back(extra.value);
  }
  return list;
}

std::shared_ptr<StackRun> run_of(const ReversibleOptions& o,
                                 const std::vector<std::shared_ptr<torch::nn::Module>>& blocks,
                                 StreamType stream, bool training, const at::Tensor& x,
                                 const ConvContext& context,
                                 std::span<const ReversibleExtra> extras) {
  check_graph("ReversibleStack", x, context.graph, o.channels());
  TORCH_CHECK(stream != StreamType::kFixed32 || x.scalar_type() == at::kFloat,
              "ReversibleStack: stream fixed32 takes Float features, got ", x.scalar_type());
  auto run = std::make_shared<StackRun>();
  run->blocks = blocks;
  run->layout = {stream, o.bits(), o.groups(), x.scalar_type()};
  run->num_layers = o.num_layers();
  run->verify = o.verify() && stream == StreamType::kFixed32;
  run->dropout = training ? o.dropout() : 0.0;
  run->mask = o.mask();
  run->graph = context.graph;
  run->edge_type = context.edge_type;
  run->in_scale = context.in_scale;
  run->members = given_members(context);
  run->gcn_norm = context.gcn_norm;
  run->key = context.key;
  run->key_rows.assign(context.key.rows.begin(), context.key.rows.end());
  run->width = o.channels() / o.groups();
  for (const ReversibleExtra& extra : extras) {
    TORCH_CHECK(extra.value.defined(), "ReversibleStack: an extra must be a tensor, got none");
    TORCH_CHECK(!extra.per_group || (extra.value.dim() == 2 && extra.value.size(1) == o.channels()),
                "ReversibleStack: an extra per group must be [*, ", o.channels(), "], got ",
                extra.value.sizes());
    run->per_group.push_back(extra.per_group);
  }
  return run;
}

/// Each block twice on the stream of x: the same bits, or reconstruction would be wrong.
void refuse_noise(const StackRun& run, const at::Tensor& x, std::span<const at::Tensor> arguments) {
  const at::NoGradGuard no_grad;
  ResidualStream stream(x, run.layout);
  for (std::int64_t layer = 0; layer < run.num_layers; ++layer) {
    for (std::int64_t i = 0; i < run.layout.groups; ++i) {
      const BuffersKept kept(*run.block(layer, i));
      const at::Tensor u = stream.input(i);
      const at::Tensor f = run.evaluate(layer, i, u, arguments);
      TORCH_CHECK(
          at::equal(f, run.evaluate(layer, i, u, arguments)) || f.isnan().any().item<bool>(),
          "ReversibleStack: blocks must be functions of their input: layer ", layer, ", group ", i,
          " gives other numbers for the same");
      stream.add(i, f, layer);
    }
  }
}

}  // namespace

/// In eval mode a trailing BatchNorm bounds nothing, since its statistics are of other batches.
StreamType ReversibleStackImpl::stream_now() const {
  return is_training() || stream_ != StreamType::kFixed32 ? stream_ : StreamType::kF64;
}

at::Tensor ReversibleStackImpl::forward(const at::Tensor& x, const ConvContext& context,
                                        std::span<const ReversibleExtra> extras) {
  const std::shared_ptr<StackRun> run =
      run_of(options, blocks_, stream_now(), is_training(), x, context, extras);
  run->checks = checks_;
  std::vector<at::Tensor> inputs = arguments_of(context, extras);
  if (plain_) {
    return plain_forward(x, inputs, *run);
  }
  if (is_training() && at::GradMode::is_enabled() && checks_->noise_due.load()) {
    refuse_noise(*run, x, inputs);
    checks_->noise_due.store(false);
  }
  const std::vector<at::Tensor> parameters = parameters_of(*run);
  run->keep_marks(inputs);
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  return reversible_forward(x, inputs, run);
}

at::Tensor ReversibleStackImpl::inverse(const at::Tensor& y, const ConvContext& context,
                                        std::span<const ReversibleExtra> extras) {
  const std::shared_ptr<StackRun> run =
      run_of(options, blocks_, stream_now(), is_training(), y, context, extras);
  const at::NoGradGuard no_grad;
  const std::vector<at::Tensor> arguments = arguments_of(context, extras);
  ResidualStream stream(y, run->layout);
  for (std::int64_t layer = run->num_layers - 1; layer >= 0; --layer) {
    run->invert_layer(stream, layer, arguments);
  }
  return stream.output();
}

}  // namespace isthmus::layers
