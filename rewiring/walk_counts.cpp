#include "walk_counts.hpp"

#include <algorithm>

namespace isthmus::rewiring {

template <typename Count>
WalkCounts<Count>::WalkCounts(const CsrView& csr, std::int32_t max_hop)
    : csr_(csr),
      reach_(std::min(max_hop, kSteps)),
      depth_(max_hop),
      rings_(csr),
      now_(static_cast<std::size_t>(csr.num_rows())),
      next_(static_cast<std::size_t>(csr.num_rows())) {
  for (std::int32_t step = 1; step <= kSteps; ++step) {
    depth_ = std::max(depth_, radius(step));
  }
}

template <typename Count>
std::int32_t WalkCounts<Count>::radius(std::int32_t step) const noexcept {
  return std::min(step, reach_ + kSteps - step);
}

template <typename Count>
void WalkCounts<Count>::walk(NodeId root) {
  for (const NodeId v : rings_.within(depth_)) {
    now_[static_cast<std::size_t>(v)] = 0;
    next_[static_cast<std::size_t>(v)] = 0;
  }
  rings_.walk(root, depth_);
  now_[static_cast<std::size_t>(root)] = 1;
  for (std::int32_t step = 1; step <= kSteps; ++step) {
    // Beyond the radius `next_` is stale only where no later step looks.
    for (const NodeId v : rings_.within(radius(step))) {
      Count sum = now_[static_cast<std::size_t>(v)];
      for (const NodeId u : csr_.row(v)) {
        sum += now_[static_cast<std::size_t>(u)];
      }
      next_[static_cast<std::size_t>(v)] = sum;
    }
    now_.swap(next_);
  }
}

template class WalkCounts<Uint128>;
template class WalkCounts<double>;

}  // namespace isthmus::rewiring
