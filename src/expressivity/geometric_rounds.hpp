#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/geometric_wl.hpp"

#include "frames.hpp"
#include "mix.hpp"
#include "step_budget.hpp"

namespace isthmus::expressivity {

/// What a round of geometric_wl() gives a node.
struct GeometricObject {
  Signature colour;                  ///< Least encoding: names the orbit.
  std::vector<Signature> encodings;  ///< kGwl: one a frame, in any order.
};

/// Encodes what the nodes of one graph see.
class GeometricRounds {
 public:
  GeometricRounds(const GeometricGraph& graph, const GeometricWlOptions& options,
                  StepBudget& budget);

  /// The largest finite hop distance.
  [[nodiscard]] std::int32_t diameter() const noexcept { return diameter_; }

  /// Of node v in round history.size(). `history`: [rounds before][N] colours, from round 0 on.
  [[nodiscard]] GeometricObject object(
      NodeId v, std::span<const std::span<const std::uint32_t>> history) const;

 private:
  [[nodiscard]] GeometricObject nested(
      NodeId v, std::span<const std::span<const std::uint32_t>> history) const;
  [[nodiscard]] Signature orbit_of(std::span<const EdgeId> slots,
                                   std::span<const std::uint32_t> colour) const;
  [[nodiscard]] Signature subsets(NodeId v, std::span<const std::uint32_t> colour) const;
  [[nodiscard]] std::vector<NodeId> within(NodeId v, std::int32_t hops) const;
  [[nodiscard]] Signature entry(EdgeId slot, const Signature& node, const Frame& frame) const;

  CsrView csr_;
  std::span<const std::uint64_t> edge_label_;
  std::int32_t dimension_;
  GeometricWlOptions options_;
  StepBudget& budget_;
  std::vector<Vector3> vector_;  ///< [E] From the row's node to the neighbour.
  std::vector<std::uint16_t> hops_;
  std::int32_t diameter_ = 0;
};

}  // namespace isthmus::expressivity
