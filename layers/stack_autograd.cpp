#include "stack_autograd.hpp"

#include <optional>
#include <span>
#include <type_traits>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include <ATen/ATen.h>
#include <torch/autograd.h>
#include <torch/csrc/autograd/engine.h>
#include <torch/csrc/autograd/functions/accumulate_grad.h>

namespace isthmus::layers {
namespace {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

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

/// A gradient that is added up: the first part is not ours to write to, the sum of two is.
struct GradientSum {
  at::Tensor total;
  bool owned = false;

  void add(const at::Tensor& part) {
    if (!part.defined()) {
      return;
    }
    if (owned) {
      total.add_(part);
      return;
    }
    owned = total.defined();
    total = owned ? total + part : part;
  }
};

/// A leaf with the values of an argument, to ask a gradient of; itself if it needs none.
at::Tensor leaf_of(const at::Tensor& argument) {
  return argument.requires_grad() ? argument.detach().requires_grad_(true) : argument;
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

/// A block that forward took by passes over the stream, and the statistics that it had.
struct PassedBlock {
  ops::GinBlock block;
  ops::BatchMoments moments;
};

/// What forward leaves for backward beside tensors.
struct Tape {
  std::shared_ptr<const StackRun> run;
  std::vector<std::uint64_t> checksum;             ///< Of the stream before each layer.
  std::vector<std::optional<PassedBlock>> blocks;  ///< Layer by layer; none: by autograd.
};

/// Backward through the blocks, last to first: the stream and its gradient as they are by then.
struct WayBack {
  const StackRun& run;
  ResidualStream stream;
  std::vector<at::Tensor> g = {};          ///< Of each group of the stream.
  std::vector<at::Tensor> arguments = {};  ///< Leaves.
  /// Where the gradient of a parameter goes in `out`.
  std::unordered_map<const void*, std::size_t> place = {};
  std::vector<GradientSum> out = {};  ///< Gradients of the inputs, in the order of the saved list.
  bool check = false;

  void through(std::int64_t layer, std::int64_t group);
  void through(std::int64_t layer, std::int64_t group, const PassedBlock& passed);
};

/// The groups that were the input of one.
std::span<at::Tensor> inputs_of(std::vector<at::Tensor>& groups, std::int64_t group) {
  return group > 0 ? std::span(groups).subspan(static_cast<std::size_t>(group) - 1, 1)
                   : std::span(groups).subspan(1);
}

/// By passes over the stream and its gradient themselves.
void WayBack::through(std::int64_t layer, std::int64_t group, const PassedBlock& passed) {
  const std::span<at::Tensor> targets = inputs_of(g, group);
  const ops::GinBlockGradients parts =
      ops::gin_block_back(passed.block, passed.moments, stream.held_input(group),
                          stream.held(group), g[static_cast<std::size_t>(group)], targets);
  if (!parts.fits) {
    stream.refuse(layer, group);
  }
  for (std::size_t k = 0; k < parts.parameters.size(); ++k) {
    const at::Tensor& parameter = passed.block.parameters[k];
    if (parameter.defined() && parameter.requires_grad()) {
      out[place.at(parameter.unsafeGetTensorImpl())].add(parts.parameters[k]);
    }
  }
}

/// By autograd through one evaluation of the block.
void WayBack::through(std::int64_t layer, std::int64_t group) {
  const auto& block = run.block(layer, group);
  variable_list wanted;
  std::vector<std::size_t> target;
  const at::Tensor u = stream.input(group).requires_grad_(true);
  for (std::size_t k = 0; k < arguments.size(); ++k) {
    if (arguments[k].requires_grad()) {
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
  const HooksAside aside(wanted);
  // As torch::autograd::grad, but that f's values are free while its gradient is taken.
  const torch::autograd::edge_list root{torch::autograd::impl::gradient_edge(f)};
  const at::Tensor incoming = g[static_cast<std::size_t>(group)].to(f.scalar_type());
  f.reset();
  torch::autograd::edge_list leaves;
  for (const at::Tensor& one : wanted) {
    leaves.push_back(torch::autograd::impl::gradient_edge(one));
  }
  const variable_list parts = torch::autograd::Engine::get_default_engine().execute(
      root, {incoming}, /*keep_graph=*/false, /*create_graph=*/false, /*accumulate_grad=*/false,
      leaves);
  for (std::size_t k = 0; k < target.size(); ++k) {
    out[target[k]].add(parts[k]);
  }
  if (const at::Tensor& du = parts.back(); du.defined()) {
    for (const at::Tensor& input : inputs_of(g, group)) {
      input.add_(du);
    }
  }
}

struct StackFunction : torch::autograd::Function<StackFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& x, at::TensorList inputs,
                            std::shared_ptr<const StackRun> run) {
    Tape tape{run, {}, {}};
    const std::vector<at::Tensor> arguments(
        inputs.begin(), inputs.begin() + static_cast<std::ptrdiff_t>(run->num_arguments()));
    ResidualStream stream(x, run->layout);
    for (std::int64_t layer = 0; layer < run->num_layers; ++layer) {
      if (run->verify) {
        tape.checksum.push_back(stream.checksum());
      }
      for (std::int64_t i = 0; i < run->layout.groups; ++i) {
        std::optional<PassedBlock>& passed = tape.blocks.emplace_back();
        std::optional<ops::GinBlock> whole = run->as_gin_block(layer, i, arguments);
        if (!whole) {
          stream.add(i, run->evaluate(layer, i, stream.input(i), arguments), layer);
          continue;
        }
        ops::GinBlockSum sum = ops::gin_block_add(*whole, stream.held_input(i), stream.held(i));
        if (!sum.fits) {
          stream.refuse(layer, i);
        }
        as_block(*run->block(layer, i)).track(sum.moments, x.size(0));
        passed = {std::move(*whole), std::move(sum.moments)};
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

  static variable_list backward(AutogradContext* ctx, variable_list& grads) {
    TORCH_CHECK(!at::GradMode::is_enabled(),
                "ReversibleStack: second derivatives (create_graph) are not supported; "
                "ReversibleMode::kPlain has them");
    const Tape& tape =
        static_cast<const Kept<Tape>&>(*ctx->saved_data.at("tape").toCapsule()).value;
    const StackRun& run = *tape.run;
    const variable_list saved = ctx->get_saved_variables();
    const std::size_t inputs = saved.size() - 1;
    if (!grads[0].defined()) {
      return variable_list(inputs + 2);
    }

    // Copies: the saved stream serves a second backward, and the engine owns the gradient.
    WayBack back{run, ResidualStream::adopt(saved.back().clone(), run.layout)};
    back.out.resize(inputs);
    back.check = run.checks->leaves_due.load();
    for (std::int64_t i = 0; i < run.layout.groups; ++i) {
      back.g.push_back(grads[0]
                           .narrow(1, i * run.width, run.width)
                           .to(run.layout.values, false, /*copy=*/true)
                           .contiguous());
    }

    const at::TensorOptions like = grads[0].options();
    grads[0].reset();  // ours alone by now: a stream's worth of memory

    for (std::size_t i = 0; i < run.num_arguments(); ++i) {
      back.arguments.push_back(leaf_of(saved[i]));
    }
    for (std::size_t i = run.num_arguments(); i < inputs; ++i) {
      back.place[saved[i].unsafeGetTensorImpl()] = i;
    }
    for (std::int64_t layer = run.num_layers - 1; layer >= 0; --layer) {
      for (std::int64_t i = run.layout.groups - 1; i >= 0; --i) {
        const auto place = static_cast<std::size_t>(layer * run.layout.groups + i);
        if (const std::optional<PassedBlock>& passed = tape.blocks[place]) {
          back.through(layer, i, *passed);
        } else {
          back.through(layer, i);
        }
      }
      if (run.verify) {
        const std::uint64_t expected = tape.checksum[static_cast<std::size_t>(layer)];
        TORCH_CHECK(back.stream.checksum() == expected, "ReversibleStack: the stream before layer ",
                    layer, " is not what it was: a block is not a function of its input");
      }
    }
    run.checks->leaves_due.store(false);

    const at::Tensor first = at::empty({back.g[0].size(0), run.layout.groups * run.width}, like);
    for (std::int64_t i = 0; i < run.layout.groups; ++i) {
      first.narrow(1, i * run.width, run.width).copy_(back.g[static_cast<std::size_t>(i)]);
    }
    variable_list result{first};
    for (const GradientSum& sum : back.out) {
      result.push_back(sum.total);
    }
    result.emplace_back();
    return result;
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

}  // namespace

at::Tensor reversible_forward(const at::Tensor& x, at::TensorList inputs,
                              const std::shared_ptr<const StackRun>& run) {
  return StackFunction::apply(x, inputs, run);
}

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

}  // namespace isthmus::layers
