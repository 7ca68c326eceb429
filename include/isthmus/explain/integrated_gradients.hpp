#pragma once

#include <cstdint>

#include "isthmus/explain/explanation.hpp"
#include "isthmus/explain/subject.hpp"

namespace isthmus::explain {

/// Options of integrated_gradients().
struct IntegratedGradientsOptions {
  MaskKinds masks = {};
  std::int64_t steps = 50;  ///< Points of the Gauss-Legendre rule, 1..1000.
  /// While relative_gap() is larger, the line is cut where its own share of the gap is largest, and
  /// both halves get rules of min(steps, 16) points. 0 or more; infinity: never.
  double tolerance = 1e-3;
  std::int64_t most_points = 2000;  ///< Cutting ends there, whatever the gap.
};

/// Masks that share out a difference of logits.
struct IntegratedGradients {
  Explanation explanation;
  double logit = 0.0;           ///< s at the input.
  double baseline_logit = 0.0;  ///< s where everything explained is 0.
  double attributed = 0.0;      ///< Sum of all masks.
  std::int64_t points = 0;      ///< Gradients taken: `steps`, and more where the line was cut.

  /// |attributed - (logit - baseline_logit)|: 0 but for the rule's and float's error.
  [[nodiscard]] double completeness_gap() const noexcept;
  /// That over |logit - baseline_logit|, at least 1e-12 taken.
  [[nodiscard]] double relative_gap() const noexcept;
};

/// Integrated gradients of the target's logit s along the straight line from 0 to the input, edge
/// weights (0 to 1) and features together:
///
///     a_e = integral over t in [0, 1] of ds/dw_e (t x, t 1)      a_vf = x_vf integral of ds/dx_vf
///
/// so that all a add up to s(x, 1) - s(0, 0) (completeness). What the kinds leave out stays whole
/// along the line. The rule is exact for polynomials of degree 2 steps - 1 in t. Relu makes ds/dt
/// jump, and there the error shrinks with 1 / steps only: since s is known at both ends of every
/// piece of the line, so is the gap of the piece, and the line is cut where it is needed.
///
/// @throws InvalidArgument  for steps or tolerance outside their ranges.
/// @par Cost  One forward and backward pass per point, one forward pass per piece of the line.
/// @par Source  Sundararajan, Taly, Yan: Axiomatic Attribution for Deep Networks, ICML 2017
///              (arXiv:1703.01365).
[[nodiscard]] IntegratedGradients integrated_gradients(
    const Subject& subject, const IntegratedGradientsOptions& options = {});

}  // namespace isthmus::explain
