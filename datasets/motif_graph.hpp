#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// An undirected graph grown from a base and motifs, in which it is known what belongs to a motif.
class MotifGraph {
 public:
  /// Adds `count` nodes of a label outside any motif; the id of the first.
  NodeId add_base(std::int64_t count, std::int64_t label);
  void add_edge(NodeId u, NodeId v);
  /// Base nodes 0 .. n-1 of Barabasi and Albert: node v >= m is joined to m distinct earlier ones
  /// (the first m to v = m), each as likely as its edges are many. On an empty graph, 1 <= m < n.
  void add_barabasi_albert(std::int64_t n, std::int64_t m, RandomStream& random);
  /// Adds a house: the 4-cycle a, b, c, d and a roof joined to a and b; labels `first` (a, b),
  /// first + 1 (c, d), first + 2 (roof). The id of a; b, c, d and the roof follow.
  NodeId add_house(std::int64_t first);
  /// Adds a cycle of nodes of a label; the id of the first.
  NodeId add_cycle(std::int64_t length, std::int64_t label);
  /// Adds that many edges between random nodes that have none yet.
  /// @pre  So many pairs are free.
  void add_random_edges(std::int64_t count, RandomStream& random);

  [[nodiscard]] std::int64_t num_nodes() const noexcept {
    return static_cast<std::int64_t>(label_.size());
  }
  [[nodiscard]] std::int64_t num_edges() const noexcept {
    return static_cast<std::int64_t>(edges_.size());
  }
  [[nodiscard]] const std::vector<std::int64_t>& label() const noexcept { return label_; }

 private:
  friend void set_motif_graphs(const std::vector<MotifGraph>& graphs, float x, Dataset& dataset);
  void add_motif_nodes(std::int64_t count, std::int64_t label);
  void add_motif_edge(NodeId u, NodeId v);

  std::vector<std::int64_t> label_;
  std::vector<std::uint8_t> in_motif_;  ///< Per node.
  std::vector<Edge> edges_;
  std::vector<std::uint8_t> edge_in_motif_;
};

/// Stores the graphs, their masks and ten columns of the value x in a generated data set.
void set_motif_graphs(const std::vector<MotifGraph>& graphs, float x, Dataset& dataset);

/// A node task on one graph: first floor(extra_edges times its edges) random edges more, then x = 1
/// and a stratified 80/10/10 split.
[[nodiscard]] Dataset motif_node_set(const std::string& name, MotifGraph graph, double extra_edges,
                                     std::uint64_t seed);

}  // namespace isthmus::datasets
