#pragma once

#include <cstdint>
#include <memory>

#include <ATen/core/Tensor.h>
#include <torch/nn/module.h>

namespace isthmus::layers {

/// Normalisation between layers: none, BatchNorm, or LayerNorm over the channels of each node.
enum class Norm : std::uint8_t { kNone, kBatch, kLayer };

/// A BatchNorm or a LayerNorm of that width; null for kNone. BatchNorm made here accepts a single
/// row in training mode (it then uses the running statistics).
[[nodiscard]] std::shared_ptr<torch::nn::Module> make_norm(Norm norm, std::int64_t channels);

/// x [N, C] through a module that make_norm() made.
[[nodiscard]] at::Tensor apply_norm(torch::nn::Module& norm, const at::Tensor& x);

/// Initial values again for a module that make_norm() made.
void reset_norm(torch::nn::Module& norm);

}  // namespace isthmus::layers
