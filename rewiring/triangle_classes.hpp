#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// The edges of a changing graph by the number of triangles that each lies in.
class TriangleClasses {
 public:
  /// @throws InvalidArgument  unless the graph is simple.
  explicit TriangleClasses(const Graph& graph);

  [[nodiscard]] const EditableGraph& graph() const noexcept { return graph_; }
  /// @pre {u, v} is an edge.
  [[nodiscard]] std::int64_t triangles(NodeId u, NodeId v) const;

  /// An edge with probability in proportion to exp(temperature / (2 + triangles)); u < v.
  /// @pre there is an edge.
  [[nodiscard]] Edge draw(double temperature, RandomStream& draws) const;

  /// @pre {u, v} is no edge, u != v.
  void add_edge(NodeId u, NodeId v);
  /// @pre {u, v} is an edge.
  void remove_edge(NodeId u, NodeId v);

 private:
  /// Where an edge stands: classes_[triangles][position].
  struct Place {
    std::size_t triangles = 0;
    std::size_t position = 0;
  };
  void insert(NodeId u, NodeId v, std::size_t triangles);
  /// @return its triangles.
  std::size_t erase(NodeId u, NodeId v);
  /// Moves the two other edges of each triangle over {u, v}. @return how many there are.
  std::size_t change_others(NodeId u, NodeId v, bool more);

  EditableGraph graph_;
  std::vector<std::vector<Edge>> classes_;
  std::unordered_map<std::uint64_t, Place> place_;
};

}  // namespace isthmus::rewiring
