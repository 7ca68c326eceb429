#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus {

/// Which arcs the subgraph of a NeighborSample holds.
enum class SampledArcs : std::uint8_t {
  kDirectional,  ///< The drawn arcs and no others.
  kInduced,      ///< Every arc of the graph between two sampled nodes, once.
  kDisjoint,     ///< As kDirectional, but each seed grows a subgraph of its own, from draws of its
                 ///< own: a node that several seeds reach comes once for each.
};

/// Options of NeighborSampler.
struct NeighborSamplerOptions {
  /// Arcs drawn per node, one entry per hop: in [-1, 2^31), -1 for all, 0 for none. No entry: the
  /// sample is the seeds without arcs.
  std::vector<std::int64_t> fanouts = {};
  /// Draw with replacement: a node with arcs then gets exactly its fan-out, an arc may come twice.
  /// Without: min(fan-out, in-degree) distinct arcs, each set of them equally likely.
  bool replace = false;
  SampledArcs arcs = SampledArcs::kDirectional;
  std::uint64_t seed = 0;
};

/// Which draws a batch takes: equal keys give equal samples.
struct BatchKey {
  std::uint32_t epoch = 0;
  std::uint32_t batch = 0;
};

/// A subgraph around seed nodes; names and meaning as in PyTorch Geometric's NeighborLoader.
///
/// Local nodes stand hop by hop: seeds first, in the order given, then what hop 1 found, and so on;
/// inside a hop by the node that drew them, then by ascending position of the arc. So the nodes up
/// to any hop are a prefix.
struct NeighborSample {
  Graph graph;               ///< Over local nodes, arcs in canonical order: eid() is the identity.
  std::vector<NodeId> n_id;  ///< [N] Original node of each local one; the first batch_size: seeds.
  std::vector<EdgeId> e_id;  ///< [E] Position of each arc in the caller's input of the graph.
  std::int64_t batch_size = 0;                  ///< Number of seeds.
  std::vector<std::int64_t> num_sampled_nodes;  ///< [hops + 1] Nodes first met at each hop.
  std::vector<std::int64_t> num_sampled_edges;  ///< [hops] Arcs drawn at each hop.
  std::vector<NodeId> batch;  ///< [N] Index of the seed each node belongs to; kDisjoint only.
};

/// Draws subgraphs around batches of seeds, hop by hop along incoming arcs.
///
/// Hop h draws arcs into every node that hop h-1 met for the first time (hop 0: the seeds); a node
/// met before is not expanded again. Every draw is a function of (seed, epoch, batch, hop, node)
/// and, for kDisjoint, of the seed node of the tree: a sample has the same bits for any number of
/// threads, whatever was sampled before, and wherever a seed stands in its batch as long as no
/// other seed reaches the same nodes.
///
/// Parallel arcs are drawn separately; loops are arcs like others. A node without incoming arcs
/// draws nothing.
///
/// @par Thread-safe  sample() may run on several threads at once; each holds 8 N bytes of scratch,
///                   which the sampler keeps for later calls.
/// @par Cost    O(arcs drawn + seeds); kInduced also the in-degrees of all sampled nodes. Drawing
///              runs on the threads of the ThreadBudget, giving local ids on one (kDisjoint: all).
/// @par Source  Hamilton, Ying, Leskovec: Inductive Representation Learning on Large Graphs, NIPS
///              2017 (arXiv:1706.02216). Subsets by Floyd's algorithm (Bentley, CACM 30(9), 1987).
class NeighborSampler {
 public:
  /// @throws InvalidArgument  if a fan-out is out of range or the graph is bipartite.
  explicit NeighborSampler(Graph graph, NeighborSamplerOptions options = {});
  ~NeighborSampler();
  NeighborSampler(NeighborSampler&&) noexcept;
  NeighborSampler& operator=(NeighborSampler&&) noexcept;

  /// @throws InvalidArgument  naming the seed, if one is not a node or comes twice.
  /// @throws ResourceLimit    if the subgraph has 2^31 or more nodes (kDisjoint only).
  [[nodiscard]] NeighborSample sample(std::span<const NodeId> seeds, BatchKey key = {}) const;

  [[nodiscard]] const Graph& graph() const noexcept { return graph_; }
  [[nodiscard]] const NeighborSamplerOptions& options() const noexcept { return options_; }

 private:
  class ScratchPool;

  Graph graph_;
  NeighborSamplerOptions options_;
  std::unique_ptr<ScratchPool> scratch_;
};

}  // namespace isthmus
