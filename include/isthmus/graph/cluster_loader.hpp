#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// Options of ClusterLoader.
struct ClusterLoaderOptions {
  std::int64_t parts_per_batch = 1;  ///< >= 1; batches may hold fewer, never none.
  bool shuffle = true;               ///< Draw for each epoch which parts meet in a batch.
  std::uint64_t seed = 0;
};

/// What lies between the nodes of some parts.
struct ClusterBatch {
  Graph graph;               ///< Arcs with both ends in the batch; degrees are its own.
  std::vector<NodeId> n_id;  ///< The whole graph's id of each node: by part, in a part ascending.
  std::vector<EdgeId> e_id;  ///< For each arc, in the edge order of `graph`: its position in the
                             ///< edge order of the whole graph.
};

/// Cluster-GCN's batches: unions of parts of a graph, with all arcs inside a union, also those
/// between its parts. What crosses the border of a batch is left out, so the parts should cut few
/// arcs (partition::partition_kway()).
///
/// The parts of a batch are a function of (seed, epoch, batch): any batch can be had by itself.
///
/// @par Thread-safe  all members are const.
/// @par Source  Chiang et al.: Cluster-GCN, KDD 2019 (arXiv:1905.07953). Degrees are counted anew
///              in each batch, which is its "re-normalised" form.
class ClusterLoader {
 public:
  /// @param part    [N] The part of each node, >= 0. Parts without nodes are not dealt.
  /// @param wanted  Nodes of which every batch shall have one, e.g. those with labels: there are
  ///                as many batches as that allows, and at most parts / parts_per_batch, rounded
  ///                up. Empty: no such rule.
  /// @throws InvalidArgument  if the graph is bipartite, a part is negative, sizes differ, a wanted
  ///                          node is none of the graph's, or an option is out of range.
  ClusterLoader(Graph graph, std::vector<std::int32_t> part, const ClusterLoaderOptions& options,
                std::span<const NodeId> wanted = {});

  /// Batches of every epoch; 0 for a graph without nodes.
  [[nodiscard]] std::int64_t num_batches() const noexcept { return num_batches_; }
  /// The parts of a batch, ascending. @throws InvalidArgument  unless 0 <= batch < num_batches().
  [[nodiscard]] std::vector<std::int32_t> parts_of(std::uint32_t epoch, std::int64_t batch) const;
  /// @par Cost  O(nodes and arcs of the batch's nodes).
  [[nodiscard]] ClusterBatch batch(std::uint32_t epoch, std::int64_t batch) const;

 private:
  Graph graph_;
  ClusterLoaderOptions options_;
  std::vector<std::int32_t> part_;          ///< [N]
  std::vector<NodeId> place_;               ///< [N] Index of a node in its part.
  std::vector<std::vector<NodeId>> nodes_;  ///< Of each part, ascending.
  std::vector<std::int32_t> leads_;         ///< Parts with a wanted node, ascending.
  std::vector<std::int32_t> others_;        ///< The other parts that have nodes, ascending.
  std::int64_t num_batches_ = 0;
};

}  // namespace isthmus
