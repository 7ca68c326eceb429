#pragma once

#include <cstdint>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Where tree_cycles() hangs its cycles.
enum class CycleAttach : std::uint8_t {
  kUniform,  ///< By a random node of the cycle to a random tree node, another for each cycle.
  /// As the original code does: every cycle by its first node to the root; with probability 1/2
  /// another edge from its node 1, 2 or 3 to tree node 1, 2 or 3.
  kOriginal,
};

/// Options of tree_cycles(). The defaults are the size of the published experiments.
struct TreeCyclesOptions {
  CycleAttach attach = CycleAttach::kUniform;
  std::int64_t height = 8;       ///< Edges from the root to a leaf, 2 .. 20.
  std::int64_t num_cycles = 60;  ///< 0 .. 10^6; kUniform: at most the nodes of the tree.
  double extra_edges = 0.01;     ///< Random edges as a share of all others, in [0, 0.5].
  std::uint64_t seed = 0;
};

/// The node classification set for explainers: a balanced binary tree (class 0) with six-cycles
/// (class 1) hung onto it, then floor(extra_edges * edges) new random edges. 871 nodes. The tree is
/// numbered level by level, then the cycles. x: ten columns of ones. node_mask and edge_mask: nodes
/// and edges of the cycles. One stratified 80/10/10 split.
///
/// @throws isthmus::InvalidArgument  naming the option, if one is out of range.
///
/// @par Source  Ying et al.: GNNExplainer, NeurIPS 2019.
[[nodiscard]] Dataset tree_cycles(const TreeCyclesOptions& options = {});

}  // namespace isthmus::datasets
