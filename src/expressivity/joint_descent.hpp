#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

enum class Descent : std::uint8_t {
  kMapped,     ///< An isomorphism was found.
  kDifferent,  ///< There is none.
  kFailed,     ///< Neither: a choice made on the way may have been wrong.
  kStopped,    ///< The limit was reached or the token requested.
};

/// What joint_descent() found.
struct JointDescent {
  Descent outcome = Descent::kFailed;
  std::vector<NodeId> mapping;  ///< [N] Image of each node of the first graph if kMapped.
  std::int64_t nodes = 0;       ///< Refinements.
};

/// One descent from the root of the first graph's search tree to a leaf, followed in the second
/// graph by the first node of each target cell that refines alike, without going back. `max_nodes`
/// and `cancel` are looked at before each refinement. The graphs are taken as checked.
[[nodiscard]] JointDescent joint_descent(const WlGraph& a, const WlGraph& b, std::int64_t max_nodes,
                                         const CancelToken& cancel);

/// Whether the map takes nodes and edges onto nodes and edges of the same labels, one to one.
[[nodiscard]] bool is_isomorphism(const WlGraph& a, const WlGraph& b,
                                  const std::vector<NodeId>& mapping);

}  // namespace isthmus::expressivity
