#include "model_on_set.hpp"

#include "isthmus/core/error.hpp"

#include "prediction.hpp"

namespace isthmus::train {

ModelOnSet put_on_set(const std::filesystem::path& model, const std::string& name,
                      const datasets::DataRoots& roots) {
  ModelOnSet on;
  on.loaded = load_model(model);
  Config& config = on.loaded.config;
  const formats::Json& trained_on = on.loaded.file.dataset;
  std::string set = name;
  try {
    on.fold = trained_on.at("fold").as_integer();
    config.dataset.features = trained_on.at("features").at("kind").as_string();
    if (set.empty()) {
      set = trained_on.at("name").as_string();
    }
  } catch (const InvalidArgument& error) {
    throw DataError({model.string()}, std::string("isthmus.dataset: ") + error.what());
  }
  // How the features were made is the model's business: the same rule holds on another set.
  if (config.dataset.features == "given") {
    config.dataset.features = "auto";
  }
  config.dataset.name = set;
  on.dataset = std::make_unique<datasets::Dataset>(load_set(config.dataset, roots));

  const std::string task = on.dataset->task == datasets::Task::kGraph ? "graph" : "node";
  const formats::Json* model_task = on.loaded.file.architecture.find("task");
  if (model_task == nullptr || *model_task != formats::Json(task)) {
    throw DataError(
        {model.string()},
        "the model's task does not fit '" + set + "' (expected " + task + ", got " +
            (model_task == nullptr ? std::string("none") : formats::write_json(*model_task)) + ")");
  }
  on.data = std::make_unique<TaskTensors>(*on.dataset, config.dataset);
  const std::int64_t wanted = on.loaded.model->options().dim_in;
  if (on.data->dim_in() != wanted) {
    throw DataError({model.string()}, "the model does not fit '" + set + "': features (expected " +
                                          std::to_string(wanted) + ", got " +
                                          std::to_string(on.data->dim_in()) + ")");
  }
  const auto classes = static_cast<std::int64_t>(on.loaded.labels.size());
  if (on.dataset->num_classes != classes) {
    throw DataError({model.string()}, "the model does not fit '" + set + "': classes (expected " +
                                          std::to_string(classes) + ", got " +
                                          std::to_string(on.dataset->num_classes) + ")");
  }
  return on;
}

}  // namespace isthmus::train
