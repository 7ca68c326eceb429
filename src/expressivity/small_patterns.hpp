#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// The graphs that one more node makes of some: each of them once up to isomorphism, under
/// canonical names, by edges and then by canonical code. Nodes get each of the given labels; none:
/// no labels. Started from the graphs without edges and one node, one_node_patterns().
///
/// trees: a leaf is added. Gives all trees of n nodes from all of n - 1.
/// treewidth two: a node joined to one or more is added, where the treewidth stays <= 2. Gives all
/// connected graphs of treewidth <= 2, as each has a node that can be removed.
[[nodiscard]] std::vector<WlGraph> trees_with_one_more(std::span<const WlGraph> trees,
                                                       std::span<const std::uint64_t> labels = {});
[[nodiscard]] std::vector<WlGraph> treewidth_two_with_one_more(std::span<const WlGraph> graphs);

/// One node, for each label or without.
[[nodiscard]] std::vector<WlGraph> one_node_patterns(std::span<const std::uint64_t> labels = {});

}  // namespace isthmus::expressivity
