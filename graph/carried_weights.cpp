#include "isthmus/graph/carried_weights.hpp"

#include <algorithm>
#include <cstddef>

namespace isthmus {

std::vector<double> carried_weights(const Graph& before, std::span<const double> weight,
                                    const Graph& after, std::span<const Edge> fresh) {
  const auto is_fresh = [&](NodeId u, NodeId v) {
    return std::binary_search(fresh.begin(), fresh.end(), Edge{std::min(u, v), std::max(u, v)});
  };
  const CsrView from = before.csr();
  const CsrView to = after.csr();
  std::vector<double> carried(to.col.size(), 1.0);
  for (NodeId v = 0; v < from.num_rows(); ++v) {
    const auto row = static_cast<std::size_t>(v);
    auto old = static_cast<std::size_t>(from.rowptr[row]);
    const auto old_end = static_cast<std::size_t>(from.rowptr[row + 1]);
    const auto end = static_cast<std::size_t>(to.rowptr[row + 1]);
    for (auto slot = static_cast<std::size_t>(to.rowptr[row]); slot < end; ++slot) {
      while (old < old_end && from.col[old] < to.col[slot]) {
        ++old;
      }
      if (old < old_end && from.col[old] == to.col[slot] && !is_fresh(v, to.col[slot])) {
        carried[slot] = weight[old];
      }
    }
  }
  return carried;
}

}  // namespace isthmus
