#include "cheeger_cut.hpp"

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

namespace isthmus::rewiring_detail {
namespace {

/// A set of nodes that grows and shrinks, its volume and its cut.
class CutSet {
 public:
  explicit CutSet(const linalg::Conductances& network)
      : network_(network),
        strength_(linalg::strengths(network)),
        inside_(strength_.size()),
        total_(std::accumulate(strength_.begin(), strength_.end(), 0.0)) {}

  void flip(std::size_t v) {
    const CsrView csr = network_.graph.csr();
    double across = 0.0;  // what v would cut from inside
    for (EdgeId slot = csr.rowptr[v]; slot < csr.rowptr[v + 1]; ++slot) {
      const auto u = static_cast<std::size_t>(csr.col[static_cast<std::size_t>(slot)]);
      across += inside_[u] ? -network_.of(slot) : network_.of(slot);
    }
    const double sign = inside_[v] ? -1.0 : 1.0;
    cut_ += sign * across;
    volume_ += sign * strength_[v];
    size_ += inside_[v] ? -1 : 1;
    inside_[v] = !inside_[v];
  }

  [[nodiscard]] Cut now() const {
    const double smaller = std::min(volume_, total_ - volume_);
    const auto others = static_cast<NodeId>(inside_.size()) - size_;
    return {smaller > 0.0 ? cut_ / smaller : std::numeric_limits<double>::infinity(),
            std::min(size_, others)};
  }

 private:
  const linalg::Conductances& network_;
  std::vector<double> strength_;
  std::vector<bool> inside_;
  double total_;
  double volume_ = 0.0;
  double cut_ = 0.0;
  NodeId size_ = 0;
};

}  // namespace

Cut sweep_cut(const linalg::Conductances& network, std::span<const double> value) {
  std::vector<std::size_t> order(value.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return value[a] < value[b]; });
  CutSet set(network);
  Cut best = set.now();
  for (std::size_t i = 0; i + 1 < order.size(); ++i) {
    set.flip(order[i]);
    const Cut cut = set.now();
    best = cut.conductance < best.conductance ? cut : best;
  }
  return best;
}

Cut narrowest_cut(const linalg::Conductances& network) {
  CutSet set(network);
  Cut best = set.now();
  const auto nodes = static_cast<std::uint32_t>(network.graph.num_nodes());
  // The last node stays outside: a set and the rest are one cut.
  const std::uint64_t sets = nodes == 0 ? 1 : std::uint64_t{1} << (nodes - 1);
  for (std::uint64_t i = 1; i < sets; ++i) {
    set.flip(static_cast<std::size_t>(std::countr_zero(i)));
    const Cut cut = set.now();
    best = cut.conductance < best.conductance ? cut : best;
  }
  return best;
}

}  // namespace isthmus::rewiring_detail
