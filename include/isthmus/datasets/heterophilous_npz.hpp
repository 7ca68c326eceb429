#pragma once

#include <filesystem>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Whether the `edges` of a heterophilous npz file are arcs.
enum class EdgeDirection {
  kUndirected,  ///< Each edge is listed once and becomes two arcs.
  kDirected,    ///< Arcs as listed; files named `*_directed.npz`.
};

/// Reads a file of the heterophilous graph benchmark, an npz with
///
///     node_features [N, d]            real
///     node_labels   [N]               integers; a negative one means unlabelled
///     edges         [m, 2]            node ids from 0
///     train_masks, val_masks, test_masks  [K, N]   bool; K splits
///
/// Self-loops stay. Parallel edges are merged unless `keep_duplicates`. Labels become classes in
/// ascending order. No mask may hold an unlabelled node, no node may be in two masks of one split.
///
/// @throws isthmus::DataError  for a broken archive, a missing, mis-shaped or object array, an id
///                             outside 0..N-1, or a mask that breaks the rules above.
///
/// @par Source  Platonov et al.: A Critical Look at the Evaluation of GNNs under Heterophily: Are
/// We
///              Really Making Progress?, ICLR 2023.
[[nodiscard]] Dataset read_heterophilous_npz(const std::filesystem::path& path,
                                             EdgeDirection direction,
                                             const LoadOptions& options = {});

}  // namespace isthmus::datasets
