#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Labels of several graphs as small numbers, the same for the same label everywhere: its rank
/// among all that occur. A graph without labels has the label 0 everywhere.
struct LabelCodes {
  std::vector<std::vector<std::uint32_t>> node;  ///< [G][N] From 0.
  std::vector<std::vector<std::uint32_t>> arc;   ///< [G][E] From 1: 0 stands for "no arc".
};

/// @pre  check_wl_graph() holds of each graph; fewer than 2^32 - 2 nodes and arcs in all.
[[nodiscard]] LabelCodes label_codes(std::span<const WlGraph> graphs);

}  // namespace isthmus::expressivity
