#include "isthmus/train/predict.hpp"

#include <array>
#include <charconv>

#include "isthmus/ops/tensor_executor.hpp"

#include "model_on_set.hpp"
#include "prediction.hpp"

namespace isthmus::train {
PredictResult predict(const std::filesystem::path& model, const PredictOptions& options) {
  ops::install_tensor_executor();
  ModelOnSet on = put_on_set(model, options.dataset, options.roots, options.order);
  const datasets::Dataset& dataset = on.data->dataset();
  const std::vector<std::int64_t> items =
      options.ids.empty()
          ? items_of(on.loaded.config, dataset, options.split, options.fold.value_or(on.fold))
          : items_of_ids("predict", dataset, options.ids);
  return prediction_rows(dataset, items, on.data->scores(on.loaded.model, items), on.loaded.labels);
}

std::string predictions_tsv(const PredictResult& result) {
  std::string text = "id\tlabel";
  for (const std::string& name : result.classes) {
    text += "\tp_" + name;
  }
  text += '\n';
  std::array<char, 40> digits{};
  for (const PredictionRow& row : result.rows) {
    text += row.id + '\t' + row.label;
    for (const double p : row.probabilities) {
      const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), p).ptr;
      text += '\t';
      text.append(digits.data(), end);
    }
    text += '\n';
  }
  return text;
}

}  // namespace isthmus::train
