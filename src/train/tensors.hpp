#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/input.hpp"
#include "isthmus/train/config.hpp"

#include "loss.hpp"

namespace isthmus::train {

/// What one forward pass takes.
struct ModelInput {
  layers::NodeInput x;
  Graph graph;
  std::vector<std::int64_t> ptr;  ///< Offsets of the graphs of a batch; empty for node tasks.
};

/// A set as tensors; features are normalised as the config says and shared by all runs.
class TaskTensors {
 public:
  /// Keeps a reference to `dataset`.
  /// @throws InvalidArgument  if features are asked for that the set does not have.
  TaskTensors(const datasets::Dataset& dataset, const DatasetConfig& config);

  [[nodiscard]] const datasets::Dataset& dataset() const noexcept { return *dataset_; }
  [[nodiscard]] bool is_graph_task() const noexcept;
  [[nodiscard]] std::int64_t dim_in() const { return layers::num_cols(x_); }
  /// Where the features came from: "given", "constant", "degree".
  [[nodiscard]] const std::string& feature_kind() const noexcept { return feature_kind_; }

  /// Node task: the whole graph; shared, not copied.
  [[nodiscard]] const ModelInput& whole() const noexcept { return whole_; }
  /// Graph task: the given graphs side by side, in that order.
  [[nodiscard]] ModelInput batch(std::span<const std::int64_t> graphs) const;

  /// Targets of items inside whole(): their own rows.
  [[nodiscard]] Targets node_targets(std::span<const std::int64_t> items) const;
  /// Targets of items inside batch(items): rows 0, 1, ...
  [[nodiscard]] Targets graph_targets(std::span<const std::int64_t> items) const;

  /// Scores of items, row i for items[i], in eval mode and without autograd; graph tasks in pieces
  /// of at most 256 graphs.
  [[nodiscard]] at::Tensor scores(layers::Gnn& model, std::span<const std::int64_t> items) const;

 private:
  const datasets::Dataset* dataset_;
  std::string feature_kind_;
  layers::NodeInput x_;
  ModelInput whole_;
};

/// The set that a config names, and of it what `component` says.
/// @throws as datasets::load(); InvalidArgument  for the largest component of a set of graphs.
[[nodiscard]] datasets::Dataset load_set(const DatasetConfig& config,
                                         const datasets::DataRoots& roots);

/// Refuses a split with ids outside the set, or of items without a label.
/// @throws DataError  naming the split, the id and the rule.
void check_split(const datasets::Dataset& dataset, const datasets::Split& split);

}  // namespace isthmus::train
