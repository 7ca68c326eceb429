#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include <ATen/core/Tensor.h>

#include "isthmus/core/prefetch.hpp"
#include "isthmus/graph/neighbor_loader.hpp"
#include "isthmus/layers/conv.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/train/config.hpp"

#include "loss.hpp"
#include "tensors.hpp"

namespace isthmus::train {

/// What one step on sampled neighbours takes.
struct SampledBatch {
  SampledBatch() = default;
  SampledBatch(SampledBatch&&) = default;  // keeps the graphs where they are; a copy would not
  SampledBatch& operator=(SampledBatch&&) = delete;
  ~SampledBatch() = default;

  layers::NodeInput x;                        ///< Of all sampled nodes.
  std::vector<Graph> graphs;                  ///< One per message-passing layer.
  std::vector<layers::ConvContext> contexts;  ///< Refer to `graphs`.
  std::int64_t num_rows = 0;                  ///< Seeds: the first rows.
  Targets targets;                            ///< Of the seeds.
};

/// Refuses a config that samples what cannot be sampled.
/// @throws InvalidArgument  naming the key, the rule and the value.
void check_sampling(const Config& config, const datasets::Dataset& dataset);

/// Batches of `train.sampler = "neighbor"`: training nodes of a run as seeds, batch_size a step, in
/// an order of their own each epoch, with neighbours drawn by train.neighbors. Samples are made
/// ahead on a background thread that touches plain arrays only; tensors are made by next().
class SampledBatches {
 public:
  /// Keeps references to `data` and `config`. @param seed  Of order and draws.
  SampledBatches(const TaskTensors& data, const Config& config,
                 const std::vector<std::int64_t>& items, std::uint64_t seed);

  [[nodiscard]] std::int64_t num_batches() const noexcept { return loader_.num_batches(); }
  /// A batch of an epoch, both from 0. Asked for in order, batches are there already.
  [[nodiscard]] SampledBatch at(std::int64_t epoch, std::int64_t batch);

 private:
  /// A batch as plain arrays.
  struct Arrays {
    NeighborSample sample;
    std::vector<Graph> graphs;
    std::vector<float> in_scale;
    std::vector<float> gcn_norm;
  };
  /// @param number  epoch * num_batches() + batch.
  [[nodiscard]] Arrays make(std::int64_t number) const;

  const TaskTensors* data_;
  const Config* config_;
  NeighborLoader loader_;
  std::int64_t next_ = -1;  ///< Number of the batch that ahead_ gives next.
  std::optional<Prefetch<Arrays>> ahead_;
};

}  // namespace isthmus::train
