#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/formats/safetensors.hpp"
#include "isthmus/layers/gnn.hpp"
#include "isthmus/layers/state_dict.hpp"
#include "isthmus/train/config.hpp"
#include "isthmus/train/model_file.hpp"

#include "tensors.hpp"

namespace isthmus::train {

/// Network of a config for the widths of `data` and scores of `dim_out`.
/// @throws InvalidArgument  if the keys do not fit together.
[[nodiscard]] layers::GnnOptions gnn_options(const Config& config, const TaskTensors& data,
                                             std::int64_t dim_out, std::uint64_t seed);

/// isthmus.model/1 of a network; labels are the set's class labels.
[[nodiscard]] formats::Json architecture_json(const layers::Gnn& model, bool graph_task,
                                              const std::vector<std::string>& labels);

/// Tensors to safetensors and back; contiguous copies.
[[nodiscard]] formats::TensorBytes to_bytes(const at::Tensor& tensor);
/// @throws DataError  for a type that at::Tensor does not have.
[[nodiscard]] at::Tensor to_tensor(const formats::TensorBytes& bytes, const std::string& name);

/// What `isthmus.dataset` of a model file says.
[[nodiscard]] formats::Json dataset_json(const TaskTensors& data, const std::string& content_sha256,
                                         std::int64_t fold);

/// A model file ready to be run.
struct LoadedModel {
  ModelFile file;
  Config config;
  layers::Gnn model{nullptr};
  std::vector<std::string> labels;
};
/// Builds the network that the file describes and loads its tensors, strictly.
/// @throws DataError  as read_model_file(), for an architecture that cannot be built, and for
///                    tensors that do not fit it.
[[nodiscard]] LoadedModel load_model(const std::filesystem::path& path);

}  // namespace isthmus::train
