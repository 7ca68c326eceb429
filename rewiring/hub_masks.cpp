#include "hub_masks.hpp"

#include <algorithm>
#include <numeric>

namespace isthmus::rewiring {

HubMasks::HubMasks(const CsrView& csr)
    : hub_(static_cast<std::size_t>(csr.num_rows()), -1),
      at_one_(hub_.size()),
      at_two_(hub_.size()) {
  std::vector<NodeId> order(hub_.size());
  std::iota(order.begin(), order.end(), 0);
  const auto count = std::min<std::ptrdiff_t>(kHubs, std::ssize(order));
  std::partial_sort(order.begin(), order.begin() + count, order.end(), [&](NodeId a, NodeId b) {
    return csr.degree(a) != csr.degree(b) ? csr.degree(a) > csr.degree(b) : a < b;
  });
  for (std::ptrdiff_t h = 0; h < count; ++h) {
    const NodeId hub = order[static_cast<std::size_t>(h)];
    hub_[static_cast<std::size_t>(hub)] = static_cast<std::int8_t>(h);
    for (const NodeId w : csr.row(hub)) {
      at_one_[static_cast<std::size_t>(w)] |= std::uint64_t{1} << static_cast<unsigned>(h);
    }
  }
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    for (const NodeId w : csr.row(v)) {
      at_two_[static_cast<std::size_t>(v)] |= at_one(w);
    }
  }
}

}  // namespace isthmus::rewiring
