#pragma once

#include <span>
#include <vector>

#include "isthmus/linalg/eigenpairs.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::linalg_detail {

/// Products with either Laplacian of a network. An isolated node has a row of zeros in both.
class LaplacianOperator {
 public:
  /// `loop`: added to each strength that kNormalized divides by.
  LaplacianOperator(const linalg::Conductances& network, linalg::LaplacianKind kind,
                    double loop = 0.0);

  /// y = M x, [N] each.
  void apply(std::span<const double> x, std::span<double> y) const;

  /// What x is divided by on both sides of L: 1, or the roots of strengths; [N].
  [[nodiscard]] const std::vector<double>& scale() const noexcept { return scale_; }
  /// No eigenvalue is larger.
  [[nodiscard]] double bound() const noexcept { return bound_; }

 private:
  const linalg::Conductances& network_;
  std::vector<double> scale_;
  double bound_ = 0.0;
};

}  // namespace isthmus::linalg_detail
