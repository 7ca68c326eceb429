#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

#include "mix.hpp"
#include "step_budget.hpp"

namespace isthmus::expressivity {

/// Paths of one graph and what their nodes contribute.
struct WalkedPaths {
  CsrView csr;
  std::span<const std::uint32_t> edge_number;  ///< [E]; empty: all alike.
  std::span<const std::uint16_t> hops;         ///< [N, N], for `shortest` and `distances`.
  std::span<const std::uint32_t> colour;       ///< [N]
  bool shortest = false;                       ///< Shortest paths alone, else all simple ones.
  bool distances = false;                      ///< Entries carry the distance from the first node.
};

/// Walks paths one by one, a step each node of a path. Once the budget is stopped it gives whatever
/// it has.
class PathWalker {
 public:
  PathWalker(const WalkedPaths& paths, StepBudget& budget);

  /// Sum of the mixes of all paths of exactly `length` edges from v.
  [[nodiscard]] Signature sum_from(NodeId v, std::int32_t length);

  /// The entries of those paths, path after path in lexicographic order.
  [[nodiscard]] std::vector<std::uint64_t> sorted_from(NodeId v, std::int32_t length);

 private:
  /// pass(next node, its edge's number) for each that a path may go on to from w.
  template <typename Pass>
  void for_next(NodeId w, std::int32_t left, const Pass& pass);
  void sum_on(NodeId w, const Signature& so_far, std::int32_t left);
  void list_on(NodeId w, std::int32_t left);
  [[nodiscard]] bool may_pass(NodeId u, std::int32_t left) const;
  [[nodiscard]] std::uint64_t entry(NodeId u) const;
  void start(NodeId v, std::int32_t length);
  void end(NodeId v);

  WalkedPaths paths_;
  StepCounter counter_;
  NodeId source_ = 0;
  std::int32_t length_ = 0;
  Signature total_;                                 ///< Of sum_from().
  std::vector<std::uint8_t> on_path_;               ///< [N]
  std::vector<std::uint64_t> path_;                 ///< Entries of the path that is walked.
  std::vector<std::vector<std::uint64_t>> listed_;  ///< Of sorted_from().
};

}  // namespace isthmus::expressivity
