#include "stack_run.hpp"

#include <unordered_set>
#include <utility>

#include <c10/util/Exception.h>

#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {
namespace {

// Named dropout stream of the shared mask.
constexpr std::uint32_t kSharedMask = 0xB0000000U;

}  // namespace

ReversibleBlock& as_block(torch::nn::Module& module) {
  auto* block = dynamic_cast<ReversibleBlock*>(&module);
  TORCH_CHECK(block != nullptr, "ReversibleStack: a block must be a ReversibleBlock, got ",
              module.name());
  return *block;
}

BuffersKept::BuffersKept(const torch::nn::Module& block) : buffers_(block.buffers()) {
  for (const at::Tensor& buffer : buffers_) {
    before_.push_back(buffer.clone());
    version_.push_back(buffer._version());
  }
}

BuffersKept::~BuffersKept() {
  const at::NoGradGuard no_grad;
  for (std::size_t i = 0; i < buffers_.size(); ++i) {
    // Others may be part of the tape, which a copy would make unusable.
    if (buffers_[i]._version() != version_[i]) {
      buffers_[i].copy_(before_[i]);
    }
  }
}

template <typename Body>
auto StackRun::with_context(std::int64_t layer, std::int64_t group,
                            std::span<const at::Tensor> arguments, const Body& body) const {
  ConvContext conv(graph);
  for (std::size_t i = 0; i < members.size(); ++i) {
    conv.*members[i] = arguments[i];
  }
  conv.edge_type = edge_type;
  conv.in_scale = in_scale;
  conv.gcn_norm = gcn_norm;
  conv.key = key;
  conv.key.rows = key_rows;
  conv.key.layer += static_cast<std::uint32_t>(layer * layout.groups + group);
  std::vector<at::Tensor> extras(arguments.begin() + static_cast<std::ptrdiff_t>(members.size()),
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
  if (!marks.empty()) {
    context.marks = marks[static_cast<std::size_t>(group)];
  }
  return body(context);
}

std::optional<ops::GinBlock> StackRun::as_gin_block(std::int64_t layer, std::int64_t group,
                                                    std::span<const at::Tensor> arguments) const {
  return with_context(layer, group, arguments, [&](const BlockContext& context) {
    return as_block(*block(layer, group)).as_gin_block(context);
  });
}

void StackRun::keep_marks(std::span<const at::Tensor> arguments) {
  if (dropout == 0.0 || mask != MaskSharing::kShared || num_layers == 0) {
    return;
  }
  std::vector<at::Tensor> kept;
  for (std::int64_t group = 0; group < layout.groups; ++group) {
    const std::optional<ops::GinBlock> whole = as_gin_block(0, group, arguments);
    kept.push_back(whole ? ops::dropout_marks(graph.num_nodes(), width, dropout, whole->mask)
                         : at::Tensor());
  }
  marks = std::move(kept);
}

at::Tensor StackRun::evaluate(std::int64_t layer, std::int64_t group, const at::Tensor& u,
                              std::span<const at::Tensor> arguments) const {
  const at::Tensor f = with_context(layer, group, arguments, [&](const BlockContext& context) {
    return as_block(*block(layer, group)).forward_block(u, context);
  });
  TORCH_CHECK(f.defined() && f.sizes() == u.sizes() && f.scalar_type() == u.scalar_type(),
              "ReversibleStack: a block must keep shape and type, ", u.scalar_type(), " ",
              u.sizes(), ", layer ", layer, ", group ", group, " gives ",
              f.defined() ? c10::str(f.scalar_type(), " ", f.sizes()) : "nothing");
  return f;
}

void StackRun::invert_layer(ResidualStream& stream, std::int64_t layer,
                            std::span<const at::Tensor> arguments) const {
  for (std::int64_t i = layout.groups - 1; i >= 0; --i) {
    const BuffersKept kept(*block(layer, i));
    stream.subtract(i, evaluate(layer, i, stream.input(i), arguments), layer);
  }
}

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

}  // namespace isthmus::layers
