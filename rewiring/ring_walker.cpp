#include "ring_walker.hpp"

#include <algorithm>
#include <cstddef>

namespace isthmus::rewiring {

RingWalker::RingWalker(const CsrView& csr)
    : csr_(csr), hop_(static_cast<std::size_t>(csr.num_rows()), -1) {}

void RingWalker::walk(NodeId root, std::int32_t max_hop) {
  for (const NodeId v : met_) {
    hop_[static_cast<std::size_t>(v)] = -1;
  }
  met_.assign(1, root);
  hop_[static_cast<std::size_t>(root)] = 0;
  ring_end_.assign(1, 1);
  for (std::size_t begin = 0; last_hop() != max_hop;) {
    const std::size_t end = met_.size();
    for (; begin < end; ++begin) {
      for (const NodeId u : csr_.row(met_[begin])) {
        if (hop_[static_cast<std::size_t>(u)] < 0) {
          hop_[static_cast<std::size_t>(u)] = last_hop() + 1;
          met_.push_back(u);
        }
      }
    }
    if (met_.size() == end) {
      return;
    }
    ring_end_.push_back(met_.size());
  }
}

std::span<const NodeId> RingWalker::within(std::int32_t hop) const noexcept {
  return {met_.data(), ring_end_[static_cast<std::size_t>(std::min(hop, last_hop()))]};
}

std::span<const NodeId> RingWalker::ring(std::int32_t hop) const noexcept {
  if (hop > last_hop()) {
    return {};
  }
  return within(hop).subspan(hop == 0 ? 0 : ring_end_[static_cast<std::size_t>(hop) - 1]);
}

}  // namespace isthmus::rewiring
