#pragma once

#include <cstdint>
#include <vector>

#include <torch/types.h>

#include "isthmus/graph/graph.hpp"

namespace isthmus::test {

/// Arcs 0->1, 2->1, 2->1 (parallel), 1->0, 2->2 (loop); node 3 is isolated.
inline Graph small_graph() {
  const std::vector<NodeId> src = {0, 2, 2, 1, 2};
  const std::vector<NodeId> dst = {1, 1, 1, 0, 2};
  return Graph::from_coo(4, src, dst);
}

/// Directed multigraph with loops, drawn by torch's generator.
inline Graph random_graph(NodeId nodes, std::int64_t arcs) {
  const at::Tensor ends = torch::randint(0, nodes, {2, arcs}, at::kInt);
  const auto* id = ends.data_ptr<NodeId>();
  const auto count = static_cast<std::size_t>(arcs);
  return Graph::from_coo(nodes, {id, count}, {id + arcs, count});
}

}  // namespace isthmus::test
