#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/train/predict.hpp"

#include "tensors.hpp"

namespace isthmus::train {

/// Rows of predictions for items, with scores as TaskTensors::scores() gives them. Nodes of many
/// graphs are called GRAPH:NODE.
[[nodiscard]] PredictResult prediction_rows(const datasets::Dataset& dataset,
                                            std::span<const std::int64_t> items,
                                            const at::Tensor& scores,
                                            const std::vector<std::string>& labels);

/// Class labels of a set as texts; 0 .. C-1 where it has none.
[[nodiscard]] std::vector<std::string> class_labels(const datasets::Dataset& dataset);

/// Items of a named part: train, val, test of a split, or all labelled items; where the set is
/// divided by whole graphs, graphs.
/// @throws InvalidArgument  for another name, or a split that the set does not have.
[[nodiscard]] std::vector<std::int64_t> items_of(const Config& config,
                                                 const datasets::Dataset& dataset,
                                                 const std::string& part, std::int64_t fold);

/// Item numbers of original ids, in the order given.
/// @throws InvalidArgument  naming an id that the set does not have, after `who`.
[[nodiscard]] std::vector<std::int64_t> items_of_ids(const std::string& who,
                                                     const datasets::Dataset& dataset,
                                                     const std::vector<std::string>& ids);

}  // namespace isthmus::train
