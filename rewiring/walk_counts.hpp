#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

#include "ring_walker.hpp"

namespace isthmus::rewiring {

/// Integers that hold sums of a row of (A + I)^8 while (largest degree + 1)^8 < 2^128.
__extension__ using Uint128 = unsigned __int128;

/// Row i of (A + I)^8, which counts walks of eight steps that may rest, at the nodes within
/// `max_hop` of i. `Count` is Uint128 or double.
///
/// Steps go out from i over the ball that they can reach and from which max_hop can be reached
/// still: time the edges of eight such balls, and nothing of size N is touched.
template <typename Count>
class WalkCounts {
 public:
  static constexpr std::int32_t kSteps = 8;

  WalkCounts(const CsrView& csr, std::int32_t max_hop);

  /// Goes from `root`. Both values below are valid until the next call.
  void walk(NodeId root);

  [[nodiscard]] const RingWalker& rings() const noexcept { return rings_; }
  /// @pre v lies within max_hop of the root.
  [[nodiscard]] Count of(NodeId v) const noexcept { return now_[static_cast<std::size_t>(v)]; }

 private:
  [[nodiscard]] std::int32_t radius(std::int32_t step) const noexcept;

  CsrView csr_;
  std::int32_t reach_;  ///< How far from the root counts are asked for that are not zero.
  std::int32_t depth_;  ///< How far from the root anything is asked for.
  RingWalker rings_;
  std::vector<Count> now_;
  std::vector<Count> next_;
};

extern template class WalkCounts<Uint128>;
extern template class WalkCounts<double>;

}  // namespace isthmus::rewiring
