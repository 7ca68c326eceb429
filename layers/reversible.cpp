#include "isthmus/layers/reversible.hpp"

#include <atomic>
#include <ostream>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <ATen/ATen.h>
#include <torch/autograd.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>
#include <torch/nn/modules/dropout.h>

#include "check_graph.hpp"
#include "residual_stream.hpp"

namespace isthmus::layers {

struct FirstStepChecks {
  std::atomic<bool> noise_due{true};
  std::atomic<bool> leaves_due{true};
};

namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

// Named dropout stream of the shared mask.
constexpr std::uint32_t kSharedMask = 0xB0000000U;
// Drift of the float stream is below rounding of training itself up to here.
constexpr std::int64_t kDeepestFloat = 16;

ReversibleBlock& as_block(torch::nn::Module& module) {
  auto* block = dynamic_cast<ReversibleBlock*>(&module);
  TORCH_CHECK(block != nullptr, "ReversibleStack: a block must be a ReversibleBlock, got ",
              module.name());
  return *block;
}

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

/// Buffers of a block as they are now, put back at the end of the scope.
class BuffersKept {
 public:
  explicit BuffersKept(const torch::nn::Module& block) : buffers_(block.buffers()) {
    for (const at::Tensor& buffer : buffers_) {
      before_.push_back(buffer.clone());
      version_.push_back(buffer._version());
    }
  }
  ~BuffersKept() {
    const at::NoGradGuard no_grad;
    for (std::size_t i = 0; i < buffers_.size(); ++i) {
      // Others may be part of the tape, which a copy would make unusable.
      if (buffers_[i]._version() != version_[i]) {
        buffers_[i].copy_(before_[i]);
      }
    }
  }
  BuffersKept(const BuffersKept&) = delete;
  BuffersKept& operator=(const BuffersKept&) = delete;

 private:
  std::vector<at::Tensor> buffers_;
  std::vector<at::Tensor> before_;
  std::vector<std::int64_t> version_;
};

/// Hooks of tensors set aside: a gradient asked for inside backward is not yet the gradient that
/// they wait for.
class HooksAside {
 public:
  explicit HooksAside(const variable_list& tensors) {
    for (const at::Tensor& tensor : tensors) {
      if (!torch::autograd::impl::hooks(tensor).empty()) {
        aside_.emplace_back(tensor, Hooks());
        aside_.back().second.swap(hooks_of(tensor));
      }
    }
  }
  ~HooksAside() {
    for (auto& [tensor, hooks] : aside_) {
      hooks_of(tensor).swap(hooks);
    }
  }
  HooksAside(const HooksAside&) = delete;
  HooksAside& operator=(const HooksAside&) = delete;

 private:
  using Hooks = std::remove_cvref_t<decltype(torch::autograd::impl::hooks(at::Tensor()))>;
  /// LibTorch 1.13 gives the tensor's own list out as constant.
  static Hooks& hooks_of(const at::Tensor& tensor) {
    return const_cast<Hooks&>(torch::autograd::impl::hooks(tensor));  // NOLINT
  }
  std::vector<std::pair<at::Tensor, Hooks>> aside_;
};

/// The blocks of one layer, under PyG's name.
struct GroupsImpl : torch::nn::Module {
  GroupsImpl() { convs = register_module("convs", torch::nn::ModuleList()); }
  torch::nn::ModuleList convs{nullptr};
};

/// Adds to a gradient that may not be there yet.
void accumulate(at::Tensor& total, const at::Tensor& part) {
  if (part.defined()) {
    total = total.defined() ? total + part : part;
  }
}

/// All that evaluating a block takes, kept by value for backward. Tensors that gradients go to are
/// in one list of arguments: edge_attr and initial where there are any, the extras.
struct StackRun {
  std::vector<std::shared_ptr<torch::nn::Module>> blocks;
  StreamLayout layout;
  std::int64_t num_layers = 0;
  bool verify = false;
  double dropout = 0.0;
  MaskSharing mask = MaskSharing::kShared;
  Graph graph;
  at::Tensor edge_type;
  at::Tensor in_scale;
  at::Tensor gcn_norm;
  ops::DropoutKey key;
  std::vector<std::int32_t> key_rows;
  bool has_edge_attr = false;
  bool has_initial = false;
  std::vector<bool> per_group;  ///< Of each extra.
  std::shared_ptr<FirstStepChecks> checks;
  std::int64_t width = 0;

  [[nodiscard]] const std::shared_ptr<torch::nn::Module>& block(std::int64_t layer,
                                                                std::int64_t group) const {
    return blocks[static_cast<std::size_t>(layer * layout.groups + group)];
  }

  [[nodiscard]] at::Tensor evaluate(std::int64_t layer, std::int64_t group, const at::Tensor& u,
                                    std::span<const at::Tensor> arguments) const {
    ConvContext conv(graph);
    std::size_t next = 0;
    if (has_edge_attr) {
      conv.edge_attr = arguments[next++];
    }
    if (has_initial) {
      conv.initial = arguments[next++];
    }
    conv.edge_type = edge_type;
    conv.in_scale = in_scale;
    conv.gcn_norm = gcn_norm;
    conv.key = key;
    conv.key.rows = key_rows;
    conv.key.layer += static_cast<std::uint32_t>(layer * layout.groups + group);
    std::vector<at::Tensor> extras(arguments.begin() + static_cast<std::ptrdiff_t>(next),
                                   arguments.end());
    for (std::size_t i = 0; i < extras.size(); ++i) {
      if (per_group[i]) {
        extras[i] = extras[i].narrow(1, group * width, width);
      }
    }
    BlockContext context{conv, extras, dropout, key};
    context.mask.rows = key_rows;
    context.mask.layer =
        mask == MaskSharing::kShared ? kSharedMask : key.layer + static_cast<std::uint32_t>(layer);
    context.mask.first_column = static_cast<std::uint32_t>(dropout > 0.0 ? group * width : 0);
    const at::Tensor f = as_block(*block(layer, group)).forward_block(u, context);
    TORCH_CHECK(f.defined() && f.sizes() == u.sizes() && f.scalar_type() == u.scalar_type(),
                "ReversibleStack: a block must keep shape and type, ", u.scalar_type(), " ",
                u.sizes(), ", layer ", layer, ", group ", group, " gives ",
                f.defined() ? c10::str(f.scalar_type(), " ", f.sizes()) : "nothing");
    return f;
  }

  /// Takes the stream back from the end of layer `layer` to its beginning.
  void invert_layer(ResidualStream& stream, std::int64_t layer,
                    std::span<const at::Tensor> arguments) const {
    for (std::int64_t i = layout.groups - 1; i >= 0; --i) {
      const BuffersKept kept(*block(layer, i));
      stream.subtract(i, evaluate(layer, i, stream.input(i), arguments), layer);
    }
  }
};

/// The parameters of all blocks, each once, in the order of the blocks.
std::vector<at::Tensor> parameters_of(const StackRun& run) {
  std::vector<at::Tensor> list;
  std::unordered_set<const void*> seen;
  for (const auto& block : run.blocks) {
    for (const at::Tensor& parameter : block->parameters()) {
      if (seen.insert(parameter.unsafeGetTensorImpl()).second) {
        list.push_back(parameter);
      }
    }
  }
  return list;
}

/// A leaf with the values of an argument, to ask a gradient of; itself if it needs none.
at::Tensor leaf_of(const at::Tensor& argument) {
  return argument.defined() && argument.requires_grad() ? argument.detach().requires_grad_(true)
                                                        : argument;
}

/// Refuses a tape that ends in leaves which nobody declared: their gradients would be lost.
void check_leaves(const at::Tensor& f, const std::unordered_set<const void*>& declared,
                  std::int64_t layer, std::int64_t group) {
  std::unordered_set<const torch::autograd::Node*> seen;
  std::vector<const torch::autograd::Node*> due{f.grad_fn().get()};
  while (!due.empty()) {
    const torch::autograd::Node* node = due.back();
    due.pop_back();
    if (node == nullptr || !seen.insert(node).second) {
      continue;
    }
    if (const auto* leaf = dynamic_cast<const torch::autograd::AccumulateGrad*>(node)) {
      TORCH_CHECK(declared.contains(leaf->variable.unsafeGetTensorImpl()),
                  "ReversibleStack: layer ", layer, ", group ", group, " reads a tensor ",
                  leaf->variable.sizes(),
                  " that requires a gradient and is neither a parameter of the block nor an extra: "
                  "pass it as ReversibleExtra");
    }
    for (const torch::autograd::Edge& edge : node->next_edges()) {
      due.push_back(edge.function.get());
    }
  }
}

/// Keeps a value in a node; c10's capsules hold nothing else.
template <typename T>
struct Kept : torch::CustomClassHolder {
  explicit Kept(T what) : value(std::move(what)) {}
  T value;
};

/// What forward leaves for backward beside tensors.
struct Tape {
  std::shared_ptr<const StackRun> run;
  std::size_t arguments = 0;            ///< The first of the list; parameters follow.
  std::vector<std::uint64_t> checksum;  ///< Of the stream before each layer.
};

struct StackFunction : torch::autograd::Function<StackFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, at::TensorList inputs,
                            std::shared_ptr<const StackRun> run) {
    Tape tape{run, inputs.size() - parameters_of(*run).size(), {}};
    const std::vector<at::Tensor> arguments(
        inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(tape.arguments));
    ResidualStream stream(x, run->layout);
    for (std::int64_t layer = 0; layer < run->num_layers; ++layer) {
      if (run->verify) {
        tape.checksum.push_back(stream.checksum());
      }
      for (std::int64_t i = 0; i < run->layout.groups; ++i) {
        stream.add(i, run->evaluate(layer, i, stream.input(i), arguments), layer);
      }
    }
    at::Tensor y = stream.output();
    std::vector<at::Tensor> saved(inputs.begin(), inputs.end());
    saved.push_back(stream.storage());
    ctx->save_for_backward(std::move(saved));
    ctx->saved_data["tape"] =
        c10::IValue::make_capsule(c10::make_intrusive<Kept<Tape>>(std::move(tape)));
    return y;
  }

  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    TORCH_CHECK(!at::GradMode::is_enabled(),
                "ReversibleStack: second derivatives (create_graph) are not supported; "
                "ReversibleMode::kPlain has them");
    const Tape& tape =
        static_cast<const Kept<Tape>&>(*ctx->saved_data.at("tape").toCapsule()).value;
    const StackRun& run = *tape.run;
    const variable_list saved = ctx->get_saved_variables();
    const std::size_t inputs = saved.size() - 1;
    variable_list out(inputs + 2);
    if (!grads[0].defined()) {
      return out;
    }

    // Copies: the saved stream serves a second backward, and the engine owns the gradient.
    ResidualStream stream = ResidualStream::adopt(saved.back().clone(), run.layout);
    const at::ScalarType kind =
        run.layout.type == StreamType::kF64 ? at::kDouble : run.layout.values;
    std::vector<at::Tensor> g;
    for (std::int64_t i = 0; i < run.layout.groups; ++i) {
      g.push_back(
          grads[0].narrow(1, i * run.width, run.width).to(kind, false, /*copy=*/true).contiguous());
    }

    std::vector<at::Tensor> arguments;
    std::unordered_map<const void*, std::size_t> place;
    for (std::size_t i = 0; i < tape.arguments; ++i) {
      arguments.push_back(leaf_of(saved[i]));
    }
    for (std::size_t i = tape.arguments; i < inputs; ++i) {
      place[saved[i].unsafeGetTensorImpl()] = i;
    }
    const bool check = run.checks->leaves_due.load();
    for (std::int64_t layer = run.num_layers - 1; layer >= 0; --layer) {
      for (std::int64_t i = run.layout.groups - 1; i >= 0; --i) {
        step_back(run, layer, i, stream, g, arguments, place, out, check);
      }
      if (run.verify) {
        const std::uint64_t expected = tape.checksum[static_cast<std::size_t>(layer)];
        TORCH_CHECK(stream.checksum() == expected, "ReversibleStack: the stream before layer ",
                    layer, " is not what it was: a block is not a function of its input");
      }
    }
    run.checks->leaves_due.store(false);

    const at::Tensor first =
        at::empty({g[0].size(0), run.layout.groups * run.width}, grads[0].options());
    for (std::int64_t i = 0; i < run.layout.groups; ++i) {
      first.narrow(1, i * run.width, run.width).copy_(g[static_cast<std::size_t>(i)]);
    }
    variable_list result{first};
    result.insert(result.end(), out.begin(), out.begin() + static_cast<std::ptrdiff_t>(inputs));
    result.emplace_back();
    return result;
  }

  /// One block: reconstructs what its group was, and adds the gradients that pass through it.
  /// @param out  Gradients of the inputs, in the order of the saved list.
  static void step_back(const StackRun& run, std::int64_t layer, std::int64_t group,
                        ResidualStream& stream, std::vector<at::Tensor>& g,
                        const std::vector<at::Tensor>& arguments,
                        const std::unordered_map<const void*, std::size_t>& place,
                        variable_list& out, bool check) {
    const auto& block = run.block(layer, group);
    variable_list wanted;
    std::vector<std::size_t> target;
    const at::Tensor u = stream.input(group).requires_grad_(true);
    for (std::size_t k = 0; k < arguments.size(); ++k) {
      if (arguments[k].defined() && arguments[k].requires_grad()) {
        wanted.push_back(arguments[k]);
        target.push_back(k);
      }
    }
    for (const at::Tensor& parameter : block->parameters()) {
      if (parameter.requires_grad()) {
        wanted.push_back(parameter);
        target.push_back(place.at(parameter.unsafeGetTensorImpl()));
      }
    }
    wanted.push_back(u);
    at::Tensor f;
    {
      const BuffersKept kept(*block);
      const torch::AutoGradMode tape(true);
      f = run.evaluate(layer, group, u, arguments);
    }
    stream.subtract(group, f.detach(), layer);
    if (!f.requires_grad()) {
      return;
    }
    if (check) {
      std::unordered_set<const void*> declared;
      for (const at::Tensor& one : wanted) {
        declared.insert(one.unsafeGetTensorImpl());
      }
      check_leaves(f, declared, layer, group);
    }
    const at::Tensor& incoming = g[static_cast<std::size_t>(group)];
    const HooksAside aside(wanted);
    const variable_list parts =
        torch::autograd::grad({f}, wanted, {incoming.to(f.scalar_type())}, /*retain_graph=*/false,
                              /*create_graph=*/false, /*allow_unused=*/true);
    for (std::size_t k = 0; k < target.size(); ++k) {
      accumulate(out[target[k]], parts[k]);
    }
    if (const at::Tensor& du = parts.back(); du.defined()) {
      if (group > 0) {
        g[static_cast<std::size_t>(group) - 1].add_(du);
      } else {
        for (std::size_t j = 1; j < g.size(); ++j) {
          g[j].add_(du);
        }
      }
    }
  }
};

/// (sum of the terms)'s float value for whole-number terms; the gradient passes straight through.
struct FixedInput : torch::autograd::Function<FixedInput> {
  static at::Tensor forward(AutogradContext* ctx, at::TensorList shadows, const at::Tensor& value) {
    ctx->saved_data["terms"] = static_cast<std::int64_t>(shadows.size());
    return value.clone();
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    variable_list out(static_cast<std::size_t>(ctx->saved_data["terms"].toInt()), grads[0]);
    out.emplace_back();
    return out;
  }
};

/// The same stream through ordinary autograd: what backward of the other way is compared with, and
/// what a single layer is run by. `shadow` carries gradients, the stream the values of fixed point.
at::Tensor plain_forward(const at::Tensor& x, std::span<const at::Tensor> arguments,
                         const StackRun& run) {
  const bool fixed = run.layout.type == StreamType::kFixed32;
  const at::ScalarType kind = run.layout.type == StreamType::kF64 ? at::kDouble : run.layout.values;
  ResidualStream stream(x, run.layout);
  std::vector<at::Tensor> shadow;
  for (std::int64_t i = 0; i < run.layout.groups; ++i) {
    const at::Tensor columns = x.narrow(1, i * run.width, run.width).contiguous();
    shadow.push_back(fixed ? FixedInput::apply(at::TensorList({columns}), stream.value(i))
                           : columns.to(kind));
  }
  for (std::int64_t layer = 0; layer < run.num_layers; ++layer) {
    for (std::int64_t i = 0; i < run.layout.groups; ++i) {
      const auto at_i = static_cast<std::size_t>(i);
      at::Tensor u = i > 0 ? shadow[at_i - 1] : shadow[1];
      if (i == 0 && run.layout.groups > 2) {
        if (fixed) {
          u = FixedInput::apply(at::TensorList(shadow).slice(1), stream.input(0));
        } else {
          for (std::size_t j = 2; j < shadow.size(); ++j) {
            u = u + shadow[j];
          }
        }
      }
      const at::Tensor f = run.evaluate(layer, i, u.to(run.layout.values), arguments);
      if (fixed) {
        stream.add(i, f.detach(), layer);
        shadow[at_i] = FixedInput::apply(at::TensorList({shadow[at_i], f}), stream.value(i));
      } else {
        shadow[at_i] = shadow[at_i] + f;
      }
    }
  }
  return at::cat(shadow, 1).to(run.layout.values);
}

}  // namespace

std::string_view name_of(StreamType type) {
  switch (type) {
    case StreamType::kAuto:
      return "auto";
    case StreamType::kF32:
      return "f32";
    case StreamType::kF64:
      return "f64";
    case StreamType::kFixed32:
      return "fixed32";
  }
  TORCH_CHECK(false, "StreamType must be a named one, got ", static_cast<int>(type));
}

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
  stream_ = o.stream();
  if (stream_ == StreamType::kAuto) {
    stream_ = o.num_layers() <= kDeepestFloat ? StreamType::kF32
              : bounded                       ? StreamType::kFixed32
                                              : StreamType::kF64;
  }
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

void ReversibleStackImpl::pretty_print(std::ostream& stream) const {
  stream << "ReversibleStack(" << options.num_layers() << " x " << options.channels() << ", "
         << options.groups() << " groups, " << name_of(stream_) << (plain_ ? ", plain" : "") << ")";
}

namespace {

/// The list that gradients go to: edge_attr and initial where there are any, the extras.
std::vector<at::Tensor> arguments_of(const ConvContext& context,
                                     std::span<const ReversibleExtra> extras) {
  std::vector<at::Tensor> list;
  for (const at::Tensor& one : {context.edge_attr, context.initial}) {
    if (one.defined()) {
      list.push_back(one);
    }
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
  run->verify = o.verify();
  run->dropout = training ? o.dropout() : 0.0;
  run->mask = o.mask();
  run->graph = context.graph;
  run->edge_type = context.edge_type;
  run->in_scale = context.in_scale;
  run->has_edge_attr = context.edge_attr.defined();
  run->has_initial = context.initial.defined();
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

at::Tensor ReversibleStackImpl::forward(const at::Tensor& x, const ConvContext& context,
                                        std::span<const ReversibleExtra> extras) {
  const std::shared_ptr<StackRun> run =
      run_of(options, blocks_, stream_, is_training(), x, context, extras);
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
  inputs.insert(inputs.end(), parameters.begin(), parameters.end());
  return StackFunction::apply(x, at::TensorList(inputs), std::shared_ptr<const StackRun>(run));
}

at::Tensor ReversibleStackImpl::inverse(const at::Tensor& y, const ConvContext& context,
                                        std::span<const ReversibleExtra> extras) {
  const at::NoGradGuard no_grad;
  const std::shared_ptr<StackRun> run =
      run_of(options, blocks_, stream_, is_training(), y, context, extras);
  const std::vector<at::Tensor> arguments = arguments_of(context, extras);
  ResidualStream stream(y, run->layout);
  for (std::int64_t layer = run->num_layers - 1; layer >= 0; --layer) {
    run->invert_layer(stream, layer, arguments);
  }
  return stream.output();
}

}  // namespace isthmus::layers
