#pragma once

#include <filesystem>
#include <string>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/formats/safetensors.hpp"

namespace isthmus::train {

/// A model as it lies in a safetensors file: tensors by PyG's names, and the metadata keys
/// `format`, `isthmus.model`, `isthmus.version`, `isthmus.config`, `isthmus.dataset`.
struct ModelFile {
  /// isthmus.model/1: {"schema","task","inputs","outputs","modules","forward"}.
  formats::Json architecture;
  std::string config;     ///< Resolved config, TOML.
  formats::Json dataset;  ///< name, content_sha256, class_labels, features, normalize, fold.
  formats::SafetensorsFile content;  ///< Tensors; its metadata is filled by write_model_file().
};

/// Reads and checks a model file of isthmus.
/// @throws DataError  if the file breaks safetensors, or lacks one of the metadata keys.
[[nodiscard]] ModelFile read_model_file(const std::filesystem::path& path);

/// Writes atomically; equal models give equal bytes.
void write_model_file(const std::filesystem::path& path, const ModelFile& model,
                      Overwrite overwrite);

}  // namespace isthmus::train
