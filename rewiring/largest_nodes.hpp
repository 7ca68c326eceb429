#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// Writes values of the nodes first .. first + size: value c of node first + i to out[c size + i].
using NodeValues = std::function<void(NodeId first, NodeId size, std::span<double> out)>;

/// For each of several values of every node the `count` nodes (or all) where it is largest, in
/// falling order, ties to the smaller node. The same at any number of threads.
[[nodiscard]] std::vector<std::vector<NodeId>> largest_nodes(NodeId n, std::int64_t values,
                                                             std::size_t count,
                                                             const NodeValues& fill);

}  // namespace isthmus::rewiring
