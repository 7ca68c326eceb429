#pragma once

#include <torch/types.h>

#include "isthmus/layers/gnn.hpp"

namespace isthmus::test {

/// A network in double, for comparisons with oracles and central differences.
inline layers::Gnn double_gnn(const layers::GnnOptions& options) {
  layers::Gnn gnn(options);
  gnn->to(torch::kDouble);
  return gnn;
}

}  // namespace isthmus::test
