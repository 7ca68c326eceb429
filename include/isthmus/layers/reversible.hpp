#pragma once

#include <cstdint>
#include <functional>
#include <iosfwd>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/arg.h>
#include <torch/nn/module.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/pimpl.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/layers/reversible_shape.hpp"
#include "isthmus/ops/dropout.hpp"
#include "isthmus/ops/gin_block.hpp"

namespace isthmus::layers {

/// A tensor that all blocks are given beside their input.
struct ReversibleExtra {
  at::Tensor value;
  /// Shared: each block gets it whole, gradients sum over layers and groups. Per group: [*, D], of
  /// which group i gets its D/C columns. Never guessed from the width.
  bool per_group = false;
};

/// What a block is given beside its input.
struct BlockContext {
  const ConvContext& conv;
  std::span<const at::Tensor> extras;
  double dropout = 0.0;   ///< 0 in eval mode.
  ops::DropoutKey mask;   ///< Of the block's columns in the mask of all.
  at::Tensor marks = {};  ///< ops::dropout_marks() of it, where they are kept.
};

/// An inner block F: [N, d] -> [N, d] of the same element type, a pure function of its input, the
/// context, its parameters and buffers. Mixin of modules.
class ReversibleBlock {
 public:
  ReversibleBlock() = default;
  ReversibleBlock(const ReversibleBlock&) = default;
  ReversibleBlock& operator=(const ReversibleBlock&) = default;
  virtual ~ReversibleBlock() = default;

  [[nodiscard]] virtual at::Tensor forward_block(const at::Tensor& u,
                                                 const BlockContext& context) = 0;
  /// Whether its output is normalised, so that a stream in fixed point cannot run over.
  [[nodiscard]] virtual bool has_bounded_output() const noexcept { return false; }
  virtual void reset_parameters(Initializer& init) = 0;
  /// The block as passes over the stream itself, with the bits of forward_block(), where it is of
  /// that kind in this context. It then changes no buffer but in track().
  [[nodiscard]] virtual std::optional<ops::GinBlock> as_gin_block(
      const BlockContext& /*context*/) const {
    return std::nullopt;
  }
  /// Told what those passes found, once a step.
  virtual void track(const ops::BatchMoments& /*moments*/, std::int64_t /*rows*/) {}
};

/// Makes the block of a layer and group, a module that is a ReversibleBlock. Returning one module
/// several times ties weights.
using BlockFactory =
    std::function<std::shared_ptr<torch::nn::Module>(std::int64_t layer, std::int64_t group)>;

/// The first argument of a member function: what type LibTorch of any version calls its clone()
/// by; internal.
template <typename Class, typename Result, typename Argument>
Argument argument_of(Result (Class::*)(Argument) const);

/// What the first training step has yet to look at; internal.
struct FirstStepChecks;

/// Options of ReversibleStack.
struct ReversibleOptions {
  ReversibleOptions(std::int64_t channels, std::int64_t num_layers)
      : channels_(channels), num_layers_(num_layers) {}

  TORCH_ARG(std::int64_t, channels);    ///< D >= 1, a multiple of groups.
  TORCH_ARG(std::int64_t, num_layers);  ///< L >= 1
  TORCH_ARG(std::int64_t, groups) = 2;  ///< C >= 2
  TORCH_ARG(StreamType, stream) = StreamType::kAuto;
  TORCH_ARG(int, bits) = 20;        ///< [12, 24], binary places of kFixed32; range +-2^(31 - bits).
  TORCH_ARG(bool, verify) = false;  ///< kFixed32: a checksum a layer, compared in backward.
  TORCH_ARG(ReversibleMode, mode) = ReversibleMode::kAuto;
  TORCH_ARG(double, dropout) = 0.0;  ///< [0, 1); above 0, D/C must be a multiple of 4.
  TORCH_ARG(MaskSharing, mask) = MaskSharing::kShared;
};

/// L grouped reversible residual layers. With x_1 .. x_C the column groups of x [N, D], each layer
///
///     y_0 = x_2 + ... + x_C,   y_i = x_i + F_i(y_{i-1})   for i = 1 .. C
///
/// Training keeps the last stream alone: backward reconstructs x_i = y_i - F_i(y_{i-1}) and takes
/// the gradient from the same evaluation, so that memory does not grow with L beyond parameters.
/// Forward + backward cost 4 forward units (plain 3).
///
/// In eval mode kFixed32 is held as kF64: running statistics may leave its range.
///
/// Autograd: one node for the whole stack. All gradients (x, extras, ConvContext::edge_attr,
/// initial and edge_mask, parameters) are returned, none written: torch::autograd::grad,
/// retain_graph and hooks work; create_graph is refused. x is copied, never written or freed. A
/// leaf that a block reads without its being one of these is found at the first backward and
/// refused. Buffers of blocks (running statistics) change once a step: they are restored after each
/// reconstruction. Blocks are evaluated twice in the first training step and their bits compared.
///
/// Tensors: layers.L.convs.G.*, as PyG's GroupAddRev.
///
/// @throws c10::Error  for options out of range, a block that is no ReversibleBlock or holds an
///                     active dropout module, a block that changes shape or type; kFixed32: naming
///                     layer and group, where a value is not finite or leaves the range.
/// @par Source  Li et al.: Training Graph Neural Networks with 1000 Layers, ICML 2021
///              (arXiv:2106.07476).
/// @par Differs from PyG and deep_gcns_torch: which evaluate twice, free the caller's input, update
///      running statistics three times and drift.
class ReversibleStackImpl : public torch::nn::Module {
 public:
  ReversibleStackImpl(const ReversibleOptions& options, const BlockFactory& make_block);

  void reset_parameters(Initializer& init);
  void pretty_print(std::ostream& stream) const override;

  /// x [N, D], floating (float for kFixed32). The context's key names the step and the layer that
  /// dropout counts from.
  [[nodiscard]] at::Tensor forward(const at::Tensor& x, const ConvContext& context,
                                   std::span<const ReversibleExtra> extras = {});
  /// x of y = forward(x): in training mode exact for kFixed32 while |y| < 2^(24 - bits), where a
  /// float holds every digit of the stream. No autograd; buffers stay as they are.
  [[nodiscard]] at::Tensor inverse(const at::Tensor& y, const ConvContext& context,
                                   std::span<const ReversibleExtra> extras = {});

  /// Layer by layer, group by group.
  [[nodiscard]] std::span<const std::shared_ptr<torch::nn::Module>> blocks() const noexcept {
    return blocks_;
  }
  /// What kAuto comes to in training mode.
  [[nodiscard]] StreamType stream() const noexcept { return stream_; }
  [[nodiscard]] bool is_plain() const noexcept { return plain_; }

  ReversibleOptions options;

 private:
  [[nodiscard]] StreamType stream_now() const;

  /// Takes over the other's tensors, copied: blocks come from the same factory.
  void clone_(torch::nn::Module& other,
              decltype(argument_of(&torch::nn::Module::clone)) device) override;

  torch::nn::ModuleList layers_{nullptr};
  std::vector<std::shared_ptr<torch::nn::Module>> blocks_;
  StreamType stream_ = StreamType::kF32;
  bool plain_ = false;
  std::shared_ptr<FirstStepChecks> checks_;
};
TORCH_MODULE(ReversibleStack);

}  // namespace isthmus::layers
