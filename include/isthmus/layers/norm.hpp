#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

#include "isthmus/layers/activation.hpp"
#include "isthmus/layers/initializer.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::layers {

/// Normalisation between layers.
enum class Norm : std::uint8_t {
  kNone,
  kBatch,      ///< BatchNorm
  kLayer,      ///< LayerNorm over the channels of each node
  kGraph,      ///< GraphNorm
  kPair,       ///< PairNorm, without parameters
  kDiffGroup,  ///< DiffGroupNorm
};

/// Norms that are about the nodes of graphs: a Gnn has them between message-passing layers only.
[[nodiscard]] bool is_graph_norm(Norm norm) noexcept;

/// Groups of the DiffGroupNorm that make_norm() makes, unless told otherwise.
inline constexpr std::int64_t kNormGroups = 10;

/// The module of that name and width; null for kNone. Those with batch statistics accept a single
/// row in training mode (they then use the running statistics).
[[nodiscard]] std::shared_ptr<torch::nn::Module> make_norm(Norm norm, std::int64_t channels,
                                                           std::int64_t groups = kNormGroups);

/// x [N, C] through a module that make_norm() made. @param ptr  G + 1 offsets of the graphs of a
/// batch, for GraphNorm and PairNorm; empty: one graph.
[[nodiscard]] at::Tensor apply_norm(torch::nn::Module& norm, const at::Tensor& x,
                                    std::span<const std::int64_t> ptr = {});

/// What follows a norm between layers.
struct AfterNorm {
  Activation act = Activation::kIdentity;
  double dropout = 0.0;      ///< [0, 1); 0: none.
  ops::DropoutKey key = {};  ///< Of the mask.
};

/// dropout(act(apply_norm(x))); a LayerNorm of nodes and ReLU take one pass for it, with the bits
/// of three.
[[nodiscard]] at::Tensor apply_norm(torch::nn::Module& norm, const at::Tensor& x,
                                    const AfterNorm& after, std::span<const std::int64_t> ptr = {});

/// Initial values again for a module that make_norm() made; only DiffGroupNorm draws.
void reset_norm(torch::nn::Module& norm, Initializer& init);

}  // namespace isthmus::layers
