#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "component_parts.hpp"
#include "normalized_network.hpp"
#include "second_eigenpair.hpp"

namespace isthmus::rewiring {

/// A component and its x: FoSR's estimate of the vector of N's second largest eigenvalue.
class FosrVector {
 public:
  explicit FosrVector(const ComponentPart& part) : network_(part, 0.0), x_(part.nodes.size()) {}

  [[nodiscard]] const NormalizedNetwork& network() const noexcept { return network_; }
  [[nodiscard]] const std::vector<double>& x() const noexcept { return x_; }
  /// 1 - x'Nx, as it was at the start or at the last update_estimate().
  [[nodiscard]] double estimate() const noexcept { return estimate_; }
  /// x_v / sqrt(1 + d_v) of each node: the pair of least product is FoSR's.
  [[nodiscard]] std::vector<double> scaled() const;

  /// From the eigenvector; of a multiple eigenvalue the projection of cos(i + 1) on its space.
  /// @param nodes  Ids of the nodes. @return how the eigenvector was found.
  SecondEigenpair start_exact(std::span<const NodeId> nodes);
  /// From a vector and some power steps. @return false if the vector vanished.
  bool start_from(std::span<const double> start, std::int64_t power_iters);

  /// An edge between nodes of the component, beside one that may be there.
  void add_edge(Edge edge) { network_.add_edge(edge.u, edge.v, 1.0); }
  /// @return false if the vector vanished.
  bool power_step();
  void update_estimate();

 private:
  NormalizedNetwork network_;
  std::vector<double> x_;
  double estimate_ = 0.0;
};

}  // namespace isthmus::rewiring
