#pragma once

#include <cstdint>
#include <span>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Options of minesweeper(). The defaults are the size of the published data set.
struct MinesweeperOptions {
  std::int64_t rows = 100;  ///< 1 <= rows, rows * cols < 2^31.
  std::int64_t cols = 100;  ///< 1 <= cols.
  /// Share of nodes that are mines, in [0, 1]; the count is rounded to the nearest.
  double mines = 0.2;
  /// Share of nodes whose count of mines is hidden, in [0, 1].
  double hidden = 0.5;
  /// Stratified 50/25/25 splits, >= 0.
  std::int64_t splits = 10;
  std::uint64_t seed = 0;
};

/// The node classification task of the game: a grid where each node touches its up to 8 neighbours,
/// id = cols * row + column; label 1 = mine. Neighbours decide everything, a node's own features
/// nothing about itself: a model blind to structure stays at chance.
///
/// @throws isthmus::InvalidArgument  naming the option, if one is out of range.
///
/// @par Cost    Time and memory O(rows * cols * splits).
/// @par Source  Platonov et al.: A Critical Look at the Evaluation of GNNs under Heterophily: Are
/// We
///              Really Making Progress?, ICLR 2023. Same edges and feature code as the published
///              file (a test); mines, hidden nodes and splits come from our own draws.
[[nodiscard]] Dataset minesweeper(const MinesweeperOptions& options = {});

/// The feature code, [N, 7]: a hidden node has column 0; any other node has column
/// 1 + min(mines among its neighbours, 5).
///
/// @param mine    Per node, non-zero = mine; on an undirected graph.
/// @param hidden  Per node.
/// @throws isthmus::InvalidArgument  if the sizes differ from the graph's.
[[nodiscard]] Features minesweeper_features(const Graph& graph, std::span<const std::int64_t> mine,
                                            std::span<const std::uint8_t> hidden);

}  // namespace isthmus::datasets
