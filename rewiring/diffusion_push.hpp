#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/linalg/laplacian.hpp"
#include "isthmus/rewiring/diffusion.hpp"

namespace isthmus::rewiring {

/// What columns of S have in common.
struct DiffusionPlan {
  const linalg::Conductances& network;
  std::vector<double> degree;  ///< [N] 1 + the conductances of a node.
  const DiffusionOptions& options;
  std::vector<double> poisson = {};  ///< Heat: e^-t t^k / k! for k = 0, 1, ..., last.
  std::vector<double> drop = {};     ///< Heat: mass below drop[k] * degree stays at step k.
};
[[nodiscard]] DiffusionPlan make_diffusion_plan(const linalg::Conductances& network,
                                                const DiffusionOptions& options);

/// Columns of S, one after the other. The walk is P = (D + I)^-1 (A + I), and
/// S_uv = pi_v(u) sqrt((1 + d_v) / (1 + d_u)) with pi_v = what the walk from v leaves behind.
class DiffusionPush {
 public:
  explicit DiffusionPush(const DiffusionPlan& plan);

  /// Pushes from v.
  void column(NodeId v);
  /// The rows that column(v) reached, in any order.
  [[nodiscard]] std::span<const NodeId> reached() const noexcept { return reached_; }
  /// S_uv of the column at hand.
  [[nodiscard]] double entry(NodeId u) const noexcept;

 private:
  void push_page_rank();
  void push_heat();
  void reach(NodeId u);

  const DiffusionPlan& plan_;
  NodeId column_ = 0;
  std::vector<double> left_;      ///< [N] pi so far.
  std::vector<double> residual_;  ///< [N] Mass that did not move yet; heat: of this step.
  std::vector<double> next_;      ///< [N] Heat: mass of the next step.
  std::vector<std::uint8_t> is_reached_;
  std::vector<std::uint8_t> is_waiting_;
  std::vector<NodeId> reached_;
  std::vector<NodeId> queue_;
};

}  // namespace isthmus::rewiring
