#include "jost_liu_bounds.hpp"

#include <algorithm>

namespace isthmus::rewiring {
namespace {

/// Common entries of two ascending rows.
std::int64_t count_common(std::span<const NodeId> a, std::span<const NodeId> b) {
  std::int64_t count = 0;
  for (std::size_t i = 0, j = 0; i < a.size() && j < b.size();) {
    const NodeId x = a[i];
    const NodeId y = b[j];
    count += x == y ? 1 : 0;
    i += x <= y ? 1 : 0;
    j += y <= x ? 1 : 0;
  }
  return count;
}

}  // namespace

JostLiuBounds jost_liu_bounds(const CsrView& csr, Edge edge) {
  // Everything over the common denominator d_u d_v.
  const std::int64_t triangles = count_common(csr.row(edge.u), csr.row(edge.v));
  const std::int64_t low = std::min(csr.degree(edge.u), csr.degree(edge.v));
  const std::int64_t high = std::max(csr.degree(edge.u), csr.degree(edge.v));
  const std::int64_t b = low * high - low - high;
  const std::int64_t upper = triangles * low;
  const std::int64_t lower = upper - std::max<std::int64_t>(0, b - triangles * high) -
                             std::max<std::int64_t>(0, b - triangles * low);
  return {Fraction(lower, low * high), Fraction(triangles, high)};
}

}  // namespace isthmus::rewiring
