#pragma once

#include <cstdint>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

namespace isthmus::rewiring {

/// The pair that a step of SDRF adds.
struct SdrfChoice {
  Edge pair = {};         ///< u < v.
  Fraction after = {};    ///< Curvature of the edge worked on, with the pair added.
  std::int64_t tied = 0;  ///< Candidates that give the same.
};

}  // namespace isthmus::rewiring
