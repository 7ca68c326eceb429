#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "isthmus/graph/graph.hpp"

namespace isthmus::rewiring {

/// A node and what it is ranked by: smaller is better.
struct Ranked {
  double value = 0.0;
  NodeId id = 0;
};

/// Puts the `count` best of `candidates` first, as if the rule of ties were asked `count` times:
/// the best value of those left, all that are tied with it, the smallest id among them. The others
/// follow in any order. @pre 0 <= count <= candidates.size().
/// @return true if a candidate left out is tied with one taken.
bool put_best_first(std::vector<Ranked>& candidates, std::size_t count);

}  // namespace isthmus::rewiring
