#include "lambda2_target.hpp"

#include "isthmus/graph/traversal.hpp"
#include "isthmus/linalg/eigenpairs.hpp"

#include "step_method.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {

bool Lambda2Target::reached_by(Edge edge) {
  if (target_ == 0.0) {
    return false;
  }
  added_.push_back(edge);
  WeightedGraph now = with_unit_edges(graph_, conductance_, added_);
  if (connected_components(now.graph).count() > 1) {
    return false;
  }
  const double lambda2 = linalg::eigenpairs({now.graph, now.conductance}).value.front();
  return lambda2 >= target_ || is_tied(target_, lambda2);
}

}  // namespace isthmus::rewiring
