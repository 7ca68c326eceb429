#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/graph/cluster_loader.hpp"
#include "isthmus/train/config.hpp"

#include "loss.hpp"
#include "tensors.hpp"

namespace isthmus::train {

/// What one step on a union of parts takes.
struct ClusterStep {
  ModelInput input;
  Targets targets;  ///< Of the training nodes in the batch; never empty.
};

/// Batches of `train.sampler = "cluster"`: the whole graph is partitioned by METIS into train.parts
/// parts, and a step trains on the graph inside train.parts_per_batch of them. Parts depend on the
/// graph alone, which parts meet on (seed, epoch, batch).
class ClusterBatches {
 public:
  /// Keeps a reference to `data`. @param items  Training nodes. @param seed  Of the draws.
  ClusterBatches(const TaskTensors& data, const Config& config,
                 const std::vector<std::int64_t>& items, std::uint64_t seed);

  [[nodiscard]] std::int64_t num_batches() const noexcept { return loader_.num_batches(); }
  /// A batch of an epoch, both from 0.
  [[nodiscard]] ClusterStep at(std::int64_t epoch, std::int64_t batch) const;

 private:
  const TaskTensors* data_;
  std::vector<bool> is_item_;  ///< [N]
  ClusterLoader loader_;
};

}  // namespace isthmus::train
