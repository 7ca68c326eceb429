#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

namespace isthmus::ops {

/// y = x W' + b. x [N, in], weight [out, in] (PyTorch's layout), bias [out] or undefined.
///
/// Up to kPanelWidth columns on both sides the product runs in our own panel kernel: one fused
/// multiply-add chain per element in ascending k, so the same bits for any thread count and SIMD
/// level; wider products go to at::mm (outside that promise). Weight gradients are summed over
/// fixed blocks of rows in ascending order.
[[nodiscard]] at::Tensor linear(const at::Tensor& x, const at::Tensor& weight,
                                const at::Tensor& bias);

/// Widest side that the panel kernel takes; a function of shapes only, never of timing.
inline constexpr std::int64_t kPanelWidth = 256;

}  // namespace isthmus::ops
