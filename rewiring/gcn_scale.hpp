#pragma once

#include <cmath>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// [N] (1 + d_v)^-1/2: what Â = (D + I)^-1/2 (A + I) (D + I)^-1/2 multiplies rows and columns by.
[[nodiscard]] inline std::vector<double> gcn_scale(const CsrView& csr) {
  std::vector<double> scale(static_cast<std::size_t>(csr.num_rows()));
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    scale[static_cast<std::size_t>(v)] = 1.0 / std::sqrt(1.0 + static_cast<double>(csr.degree(v)));
  }
  return scale;
}

}  // namespace isthmus::rewiring
