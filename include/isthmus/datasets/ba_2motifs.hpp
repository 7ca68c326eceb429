#pragma once

#include <cstdint>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Options of ba_2motifs(). The default is the size of the published set.
struct Ba2motifsOptions {
  std::int64_t num_graphs = 1000;  ///< 0 .. 10^6.
  std::uint64_t seed = 0;
};

/// The graph classification set for explainers: graphs of 25 nodes, a Barabasi-Albert tree of 20
/// (one edge a new node) and a house (class 0: the first half of the graphs) or a 5-cycle (class
/// 1), with one edge between a random node of each. x: ten columns of 0.1. node_mask and edge_mask:
/// nodes and edges of the motif. One stratified 80/10/10 split. Graph k is a function of (seed, k),
/// its class and the split also of num_graphs.
///
/// @throws isthmus::InvalidArgument  if num_graphs is out of range.
///
/// @par Source  Luo et al.: Parameterized Explainer for Graph Neural Network, NeurIPS 2020. Whether
///              the published file also holds 0.1 is unconfirmed.
[[nodiscard]] Dataset ba_2motifs(const Ba2motifsOptions& options = {});

}  // namespace isthmus::datasets
