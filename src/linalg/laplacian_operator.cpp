#include "laplacian_operator.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

namespace isthmus::linalg_detail {

LaplacianOperator::LaplacianOperator(const linalg::Conductances& network,
                                     linalg::LaplacianKind kind, double loop)
    : network_(network), scale_(linalg::strengths(network)) {
  for (double& scale : scale_) {
    bound_ = std::max(bound_, 2.0 * scale);  // a row's diagonal and the sum of the others
    const bool normalized = kind == linalg::LaplacianKind::kNormalized && scale > 0.0;
    scale = normalized ? std::sqrt(scale + loop) : 1.0;
  }
  if (kind == linalg::LaplacianKind::kNormalized) {
    bound_ = std::min(bound_, 2.0);
  }
}

void LaplacianOperator::apply(std::span<const double> x, std::span<double> y) const {
  std::vector<double> scaled(x.begin(), x.end());
  for (std::size_t v = 0; v < scaled.size(); ++v) {
    scaled[v] /= scale_[v];
  }
  linalg::laplacian_product(network_, scaled, y);
  for (std::size_t v = 0; v < scaled.size(); ++v) {
    y[v] /= scale_[v];
  }
}

}  // namespace isthmus::linalg_detail
