#pragma once

#include <ATen/ATen.h>

namespace isthmus::ops {

/// A Function of LibTorch takes no undefined tensor (2.15 asks it for its device): an empty one
/// stands for a weight or bias that was not given, so that the positions of gradients stay the
/// same.
[[nodiscard]] inline at::Tensor or_placeholder(const at::Tensor& tensor, const at::Tensor& like) {
  return tensor.defined() ? tensor : at::empty({0}, like.options().requires_grad(false));
}

/// The inverse: undefined for a placeholder. A vector of a matrix without columns reads as absent
/// too, which changes nothing.
[[nodiscard]] inline at::Tensor given(const at::Tensor& tensor) {
  return tensor.numel() == 0 ? at::Tensor() : tensor.contiguous();
}

}  // namespace isthmus::ops
