#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/constant_input.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/input.hpp"

namespace isthmus::train {

/// What one forward pass takes.
struct ModelInput {
  layers::NodeInput x;
  Graph graph;
  std::vector<std::int64_t> ptr = {};  ///< Offsets of the graphs of a batch; empty for node tasks.
  at::Tensor edge_attr;       ///< [E, D] in the graph's edge order; undefined if there is none.
  at::Tensor edge_type;       ///< [E] int64; undefined if there is none.
  at::Tensor edge_mask = {};  ///< [E], see layers::ConvContext; undefined: no masks.
  /// Of x, where the same input is run again and again; null if it is not, or sparse.
  std::shared_ptr<layers::ConstantInput> constant = nullptr;
};

/// model(input), with all that its layers may look at.
[[nodiscard]] at::Tensor run_model(layers::Gnn& model, const ModelInput& input);

}  // namespace isthmus::train
