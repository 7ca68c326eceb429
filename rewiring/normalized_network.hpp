#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

#include "component_parts.hpp"

namespace isthmus::rewiring {

/// A component with the symmetric operator N = D^-1/2 A D^-1/2, while edges come and go. With
/// loops of weight `loop` at each node, A + loop I and D + loop I take the places of A and D.
///
/// N has the largest eigenvalue 1, of the vector of root degrees.
class NormalizedNetwork {
 public:
  NormalizedNetwork(const ComponentPart& part, double loop);

  [[nodiscard]] NodeId num_nodes() const noexcept { return graph_.num_nodes(); }
  [[nodiscard]] const EditableGraph& graph() const noexcept { return graph_; }
  [[nodiscard]] const std::vector<WeightedEdge>& edges() const noexcept { return edges_; }
  [[nodiscard]] const std::vector<double>& root_degrees() const noexcept { return root_; }
  [[nodiscard]] double degree(NodeId v) const noexcept {
    return degree_[static_cast<std::size_t>(v)];
  }
  [[nodiscard]] double loop() const noexcept { return loop_; }
  [[nodiscard]] bool is_complete() const noexcept;
  /// The network as it is now, without its loops. O(N + E log E).
  [[nodiscard]] linalg::Conductances conductances() const;

  /// y = N x. O(N + E), serial: the order of sums is that of the edges.
  void multiply(std::span<const double> x, std::span<double> y) const;
  /// x minus its part along the root degrees.
  void deflate(std::span<double> x) const;

  void add_edge(NodeId u, NodeId v, double weight);
  void remove_edge(NodeId u, NodeId v);

 private:
  void change_degree(NodeId v, double by);

  double loop_;
  EditableGraph graph_;
  std::vector<WeightedEdge> edges_;
  std::vector<double> degree_;
  std::vector<double> root_;
};

/// Sum of x_i y_i in the order of i.
[[nodiscard]] double dot(std::span<const double> x, std::span<const double> y);

/// Divides x by its norm. @return false, and x is left alone, if that is 0 or not finite.
bool normalize(std::span<double> x);

}  // namespace isthmus::rewiring
