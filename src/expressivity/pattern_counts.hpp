#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/expressivity/substructure_wl.hpp"
#include "isthmus/graph/graph.hpp"

#include "step_budget.hpp"

namespace isthmus::expressivity {

/// Copies of a connected pattern in a graph, counted by what its nodes and edges are in them.
class PatternCounter {
 public:
  /// @param pattern  Simple, connected, 1 node at least.
  PatternCounter(const Graph& pattern, PatternMatch match);

  [[nodiscard]] std::int64_t num_node_orbits() const noexcept { return node_orbits_; }
  [[nodiscard]] std::int64_t num_edge_orbits() const noexcept { return edge_orbits_; }

  /// [N, orbits] In how many copies the node is a node of the orbit.
  [[nodiscard]] std::vector<std::uint64_t> count_nodes(const Graph& graph,
                                                       StepBudget& budget) const;
  /// [E, orbits] In how many copies the edge is an edge of the orbit, on both arcs.
  [[nodiscard]] std::vector<std::uint64_t> count_edges(const Graph& graph,
                                                       StepBudget& budget) const;

 private:
  /// A node of the pattern in the order in which copies are grown.
  struct Step {
    std::vector<std::size_t> adjacent;  ///< Places before it that it is adjacent to; [0] is grown
                                        ///< from.
    std::vector<std::size_t> apart;     ///< Places before it that it must not be adjacent to.
    std::size_t orbit = 0;
    std::vector<std::size_t> edge_orbit;  ///< Of the edges to `adjacent`.
  };

  template <typename Found>
  void grow_all(const Graph& graph, StepBudget& budget, const Found& found) const;
  void order_steps(const Graph& pattern, PatternMatch match);
  void find_orbits(const Graph& pattern);

  std::vector<Step> steps_;
  std::int64_t node_orbits_ = 0;
  std::int64_t edge_orbits_ = 0;
  std::uint64_t automorphisms_ = 1;
};

}  // namespace isthmus::expressivity
