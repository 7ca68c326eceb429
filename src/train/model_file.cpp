#include "isthmus/train/model_file.hpp"

#include "isthmus/core/error.hpp"
#include "isthmus/core/version.hpp"

namespace isthmus::train {
namespace {

const std::string& required(const formats::SafetensorsFile& file, std::string_view key,
                            const std::filesystem::path& path) {
  const auto found = file.metadata.find(key);
  if (found == file.metadata.end()) {
    throw DataError(
        {path.string()},
        "not a model file of isthmus (expected metadata '" + std::string(key) + "', got none)",
        "isthmus info shows what the file holds");
  }
  return found->second;
}

formats::Json required_json(const formats::SafetensorsFile& file, std::string_view key,
                            const std::filesystem::path& path) {
  return formats::parse_json(required(file, key, path), path.string() + "!" + std::string(key));
}

}  // namespace

ModelFile read_model_file(const std::filesystem::path& path) {
  ModelFile model;
  model.content = formats::read_safetensors(path);
  model.architecture = required_json(model.content, "isthmus.model", path);
  model.config = required(model.content, "isthmus.config", path);
  model.dataset = required_json(model.content, "isthmus.dataset", path);
  const formats::Json* schema =
      model.architecture.is_object() ? model.architecture.find("schema") : nullptr;
  if (schema == nullptr || *schema != formats::Json("isthmus.model/1")) {
    throw DataError({path.string()},
                    "isthmus.model: unknown schema (expected \"isthmus.model/1\", got " +
                        (schema == nullptr ? "none" : formats::write_json(*schema)) + ")");
  }
  return model;
}

void write_model_file(const std::filesystem::path& path, const ModelFile& model,
                      Overwrite overwrite) {
  formats::SafetensorsFile file = model.content;
  file.metadata["format"] = "pt";
  file.metadata["isthmus.model"] = formats::write_json(model.architecture);
  file.metadata["isthmus.version"] = std::string(version());
  file.metadata["isthmus.config"] = model.config;
  file.metadata["isthmus.dataset"] = formats::write_json(model.dataset);
  write_file_atomically(path, formats::write_safetensors(file), overwrite);
}

}  // namespace isthmus::train
