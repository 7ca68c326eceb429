#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/reversible.hpp"
#include "isthmus/ops/dropout.hpp"

#include "residual_stream.hpp"

namespace isthmus::layers {

struct FirstStepChecks {
  std::atomic<bool> noise_due{true};
  std::atomic<bool> leaves_due{true};
};

/// The block inside a module. @throws c10::Error  if it is none.
[[nodiscard]] ReversibleBlock& as_block(torch::nn::Module& module);

/// Buffers of a block as they are now, put back at the end of the scope.
class BuffersKept {
 public:
  explicit BuffersKept(const torch::nn::Module& block);
  ~BuffersKept();
  BuffersKept(const BuffersKept&) = delete;
  BuffersKept& operator=(const BuffersKept&) = delete;

 private:
  std::vector<at::Tensor> buffers_;
  std::vector<at::Tensor> before_;
  std::vector<std::int64_t> version_;
};

/// All that evaluating a block takes, kept by value for backward. Tensors that gradients go to are
/// in one list of arguments: members of the context, then the extras.
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
  std::vector<at::Tensor ConvContext::*> members;  ///< What the first arguments are.
  std::vector<bool> per_group;                     ///< Of each extra, the other arguments.
  std::shared_ptr<FirstStepChecks> checks;
  std::int64_t width = 0;
  std::vector<at::Tensor> marks;  ///< ops::dropout_marks() of each group; empty: not kept.

  [[nodiscard]] const std::shared_ptr<torch::nn::Module>& block(std::int64_t layer,
                                                                std::int64_t group) const {
    return blocks[static_cast<std::size_t>(layer * layout.groups + group)];
  }

  [[nodiscard]] std::size_t num_arguments() const { return members.size() + per_group.size(); }

  /// The block as passes over the stream, if it is of that kind.
  [[nodiscard]] std::optional<ops::GinBlock> as_gin_block(
      std::int64_t layer, std::int64_t group, std::span<const at::Tensor> arguments) const;
  /// Keeps the bits of a mask that all layers share for the blocks that can read them.
  void keep_marks(std::span<const at::Tensor> arguments);
  [[nodiscard]] at::Tensor evaluate(std::int64_t layer, std::int64_t group, const at::Tensor& u,
                                    std::span<const at::Tensor> arguments) const;
  /// Takes the stream back from the end of layer `layer` to its beginning.
  void invert_layer(ResidualStream& stream, std::int64_t layer,
                    std::span<const at::Tensor> arguments) const;

 private:
  /// body(context) with what the block is given.
  template <typename Body>
  auto with_context(std::int64_t layer, std::int64_t group, std::span<const at::Tensor> arguments,
                    const Body& body) const;
};

/// The parameters of all blocks, each once, in the order of the blocks.
[[nodiscard]] std::vector<at::Tensor> parameters_of(const StackRun& run);

}  // namespace isthmus::layers
