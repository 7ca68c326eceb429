#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Watches the second smallest eigenvalue of the Laplacian while edges of conductance 1 are added:
/// it never falls.
class Lambda2Target {
 public:
  /// @param conductance  [E] By rows of the graph, which both must outlive this; empty: all 1.
  /// @param target  0: nothing is watched, and nothing is ever reached.
  Lambda2Target(const Graph& graph, std::span<const double> conductance, double target)
      : graph_(graph), conductance_(conductance), target_(target) {}

  /// Takes an edge in. @return whether lambda_2 is at the target now, up to a relative 1e-9; never
  /// while the graph has several components.
  /// @par Cost  That of linalg::eigenpairs(), unless nothing is watched.
  [[nodiscard]] bool reached_by(Edge edge);

 private:
  const Graph& graph_;
  std::span<const double> conductance_;
  double target_;
  std::vector<Edge> added_;
};

}  // namespace isthmus::rewiring
