#pragma once

#include <cstdint>
#include <string>

#include "isthmus/datasets/load.hpp"
#include "isthmus/train/config.hpp"

namespace isthmus::train {

/// What a training will hold at most, by our prediction; bytes.
struct MemoryPlan {
  std::string batches =
      "full_batch";             ///< What a step sees: full_batch | neighbor | cluster | graphs
  std::int64_t data = 0;        ///< Features, edges' features, graphs and their plans.
  std::int64_t parameters = 0;  ///< Parameters, gradients, the optimiser's state, the best epoch.
  std::int64_t step = 0;        ///< What a step holds beside: tensors kept for backward, buffers.
  std::int64_t available = -1;  ///< What the machine has left; -1: it does not tell.

  [[nodiscard]] std::int64_t total() const noexcept { return data + parameters + step; }
  [[nodiscard]] bool fits() const noexcept { return available < 0 || total() <= available; }
};

/// Predicts the memory of one run of a config (runs side by side, of which there are as many as
/// threads, each need parameters and step anew). Not a formula per layer: steps of the very network
/// are run on two small graphs of as many arcs a node as the set has, and what they hold is
/// extrapolated to the set, linearly; a batch of a sampler, of clusters or of graphs is run as it
/// is. So it holds for every layer, and costs about what 1,000 nodes cost, beside loading the set.
/// Installs the tensor allocator (ops/tensor_allocator.hpp), which does the counting.
///
/// @throws as run_training(), before any run.
[[nodiscard]] MemoryPlan predict_memory(const Config& config, const datasets::DataRoots& roots);

}  // namespace isthmus::train
