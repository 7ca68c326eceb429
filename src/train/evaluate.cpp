#include "isthmus/train/evaluate.hpp"

#include "isthmus/ops/tensor_executor.hpp"

#include "document.hpp"
#include "model_on_set.hpp"
#include "prediction.hpp"

namespace isthmus::train {

EvaluateResult evaluate(const std::filesystem::path& model, const EvaluateOptions& options) {
  ops::install_tensor_executor();
  ModelOnSet on = put_on_set(model, options.dataset, options.roots, options.order);
  const datasets::Dataset& dataset = on.data->dataset();

  EvaluateResult result;
  result.dataset = on.loaded.config.dataset.name;
  result.split = options.split;
  result.fold = options.fold.value_or(on.fold);
  const std::vector<std::int64_t> items =
      items_of(on.loaded.config, dataset, options.split, result.fold);
  const SplitMetrics metrics = measure(on.data->scores(on.loaded.model, items),
                                       on.data->targets_of(items), on.loaded.labels.size() == 2);
  result.items = static_cast<std::int64_t>(items.size());
  result.loss = metrics.loss;
  result.accuracy = metrics.accuracy;
  result.auc = metrics.auc;

  formats::Json& document = result.document;
  document["dataset"]["name"] = result.dataset;
  document["dataset"]["content_sha256"] = datasets::content_sha256(dataset);
  document["split"] = result.split;
  document["fold"] = result.fold;
  document["items"] = result.items;
  document["metrics"] = metrics_json(metrics);
  document["model"]["file"] = model.string();
  document["model"]["trained_on"] = on.loaded.file.dataset;
  if (on.data->locality()) {
    document["locality"] = locality_json(*on.data->locality());
  }
  return result;
}

}  // namespace isthmus::train
