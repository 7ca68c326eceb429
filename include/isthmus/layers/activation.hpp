#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace isthmus::layers {

/// Elementwise functions without parameters. The order is that of names_of<Activation>().
enum class Activation : std::uint8_t { kIdentity, kRelu, kGelu, kElu, kLeakyRelu, kTanh };

/// f(x) with PyTorch's defaults: gelu is exact (erf), elu has alpha 1, leaky_relu slope 0.01.
[[nodiscard]] at::Tensor activate(const at::Tensor& x, Activation activation);

}  // namespace isthmus::layers
