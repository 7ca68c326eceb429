#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>

#include "isthmus/datasets/load.hpp"

#include "model_builder.hpp"
#include "tensors.hpp"

namespace isthmus::train {

/// A model file and a set that fit each other; the set is prepared as the model's config says.
struct ModelOnSet {
  LoadedModel loaded;
  std::unique_ptr<datasets::Dataset> dataset;
  std::unique_ptr<TaskTensors> data;
  std::int64_t fold = 0;  ///< The one the model was trained on.
};

/// @param name   Name of the set; empty: the one of the model file.
/// @param order  Numbering of the nodes inside; no number depends on it.
/// @throws DataError  if the task, the number of features or of classes is not the model's.
[[nodiscard]] ModelOnSet put_on_set(const std::filesystem::path& model, const std::string& name,
                                    const datasets::DataRoots& roots, partition::NodeOrder order);

}  // namespace isthmus::train
