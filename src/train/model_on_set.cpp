#include "model_on_set.hpp"

#include "isthmus/core/error.hpp"

#include "prediction.hpp"
#include "prepare_set.hpp"

namespace isthmus::train {

ModelOnSet put_on_set(const std::filesystem::path& model, const std::string& name,
                      const datasets::DataRoots& roots, partition::NodeOrder order) {
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
  // Where the model was trained something may be kept; nothing is begun here.
  if (!std::filesystem::exists(config.rewire.cache)) {
    config.rewire.cache.clear();
  }
  on.dataset = std::make_unique<datasets::Dataset>(prepare_set(config, roots).dataset);

  const std::string task = on.dataset->task == datasets::Task::kGraph ? "graph" : "node";
  const formats::Json* model_task = on.loaded.file.architecture.find("task");
  if (model_task == nullptr || *model_task != formats::Json(task)) {
    throw DataError(
        {model.string()},
        "the model's task does not fit '" + set + "' (expected " + task + ", got " +
            (model_task == nullptr ? std::string("none") : formats::write_json(*model_task)) + ")");
  }
  config.train.sampler = "full_batch";  // whatever it was trained with
  on.data = std::make_unique<TaskTensors>(*on.dataset, config.dataset, layout_for(config, order));
  const std::int64_t wanted = on.loaded.model->options().dim_in;
  if (on.data->dim_in() != wanted) {
    throw DataError({model.string()}, "the model does not fit '" + set + "': features (expected " +
                                          std::to_string(wanted) + ", got " +
                                          std::to_string(on.data->dim_in()) + ")");
  }
  const auto must_fit = [&](const char* what, std::int64_t expected, std::int64_t got) {
    if (expected != got) {
      throw DataError({model.string()}, "the model does not fit '" + set + "': " + what +
                                            " (expected " + std::to_string(expected) + ", got " +
                                            std::to_string(got) + ")");
    }
  };
  const layers::GnnOptions& options = on.loaded.model->options();
  if (layers::looks_at_edge_features(options.layer_type)) {
    must_fit("features of edges", options.edge_dim, on.data->edge_dim());
  }
  if (options.num_relations > 0) {
    must_fit("types of edges", options.num_relations, on.data->num_relations());
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
