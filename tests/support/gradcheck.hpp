#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include <ATen/core/Tensor.h>
#include <gtest/gtest.h>

namespace isthmus::test {

/// A function of tensors, pure: the same inputs give the same output (fix dropout keys and the
/// like).
using TensorFunction = std::function<at::Tensor(const std::vector<at::Tensor>&)>;

struct GradcheckOptions {
  /// Half the distance of the two points of a central difference. The truncation error is of the
  /// order step^2 = 1e-10 times the third derivative, rounding of the order 1e-16 |f| / step =
  /// 1e-11.
  double step = 1e-5;
  /// Largest |analytic - numeric| / (1 + |numeric|).
  double tolerance = 1e-7;
};

/// Normal numbers of torch's generator, double, a leaf that requires its gradient.
[[nodiscard]] at::Tensor leaf(at::IntArrayRef shape);

/// Fixed weights in (-1, 1), different for each element, so that no error cancels in the sum.
[[nodiscard]] at::Tensor probe_like(const at::Tensor& output);

/// Compares backward of f with central differences, for each element of each input that requires a
/// gradient. Inputs are double leaf tensors; keep them small, f runs twice per element.
[[nodiscard]] ::testing::AssertionResult gradcheck(const TensorFunction& f,
                                                   const std::vector<at::Tensor>& inputs,
                                                   const GradcheckOptions& options = {});

/// The same for the gradient itself: double backward of f with respect to its inputs and to the
/// incoming gradient.
[[nodiscard]] ::testing::AssertionResult gradgradcheck(const TensorFunction& f,
                                                       const std::vector<at::Tensor>& inputs,
                                                       const GradcheckOptions& options = {});

}  // namespace isthmus::test
