#pragma once

#include <memory>
#include <span>

#include <ATen/core/Tensor.h>

#include "stack_run.hpp"

namespace isthmus::layers {

/// The stack by one node of autograd that keeps the last stream. @param inputs  The arguments, then
/// parameters_of(*run).
[[nodiscard]] at::Tensor reversible_forward(const at::Tensor& x, at::TensorList inputs,
                                            const std::shared_ptr<const StackRun>& run);

/// The same stream through ordinary autograd: what backward of the other way is compared with, and
/// what a single layer is run by.
[[nodiscard]] at::Tensor plain_forward(const at::Tensor& x, std::span<const at::Tensor> arguments,
                                       const StackRun& run);

}  // namespace isthmus::layers
