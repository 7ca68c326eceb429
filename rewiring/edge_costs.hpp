#pragma once

#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

#include "path_lengths.hpp"
#include "split_measures.hpp"

namespace isthmus::rewiring {

/// @throws InvalidArgument  naming `function`, unless there is a length per arc, > 0 and finite,
///                          the same for both arcs of an edge.
void check_lengths(const Graph& graph, std::span<const double> length, const char* function);

/// The transport problem between the measures of the two ends of an edge, costs by lengths of
/// shortest paths; edge after edge with the same memory. One thread at a time.
class EdgeCosts {
 public:
  /// `length`: of each arc by rows, > 0. It and the rows outlive this.
  EdgeCosts(const CsrView& csr, std::span<const double> length, const Fraction& idleness)
      : csr_(csr), idleness_(idleness), paths_(csr, length) {}

  /// Makes `edge` the problem.
  void find(Edge edge);

  /// Its masses.
  [[nodiscard]] const SplitMeasures& split() const noexcept { return split_; }
  /// [sources * sinks] Distances, the sinks of the first source first.
  [[nodiscard]] std::span<const double> cost() const noexcept { return cost_; }
  /// Of the ends of the edge.
  [[nodiscard]] double distance() const noexcept { return distance_; }

 private:
  CsrView csr_;
  Fraction idleness_;
  PathLengths paths_;
  SplitMeasures split_;
  std::vector<double> cost_;
  double distance_ = 0.0;
};

}  // namespace isthmus::rewiring
