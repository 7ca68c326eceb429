#include "isthmus/train/predict.hpp"

#include <array>
#include <charconv>
#include <unordered_map>

#include "isthmus/core/error.hpp"
#include "isthmus/ops/tensor_executor.hpp"

#include "model_on_set.hpp"
#include "prediction.hpp"

namespace isthmus::train {
namespace {

/// Item numbers of original ids, in the order given.
std::vector<std::int64_t> items_of_ids(const datasets::Dataset& dataset,
                                       const std::vector<std::string>& ids) {
  const bool nodes = dataset.task == datasets::Task::kNode;
  const auto count = static_cast<std::int64_t>(dataset.y.size());
  std::unordered_map<std::string, std::int64_t> item;
  if (nodes && !dataset.node_names.empty()) {
    for (std::size_t i = 0; i < dataset.node_names.size(); ++i) {
      item.emplace(dataset.node_names[i], static_cast<std::int64_t>(i));
    }
  } else {
    for (std::int64_t i = 0; i < count; ++i) {
      item.emplace(std::to_string(i), i);
    }
  }
  std::vector<std::int64_t> items;
  for (const std::string& id : ids) {
    const auto found = item.find(id);
    if (found == item.end()) {
      throw InvalidArgument("predict: '" + dataset.name + "' has no " + (nodes ? "node" : "graph") +
                            " '" + id + "'");
    }
    items.push_back(found->second);
  }
  return items;
}

}  // namespace

PredictResult predict(const std::filesystem::path& model, const PredictOptions& options) {
  ops::install_tensor_executor();
  ModelOnSet on = put_on_set(model, options.dataset, options.roots, options.order);
  const datasets::Dataset& dataset = on.data->dataset();
  const std::vector<std::int64_t> items =
      options.ids.empty()
          ? items_of(on.loaded.config, dataset, options.split, options.fold.value_or(on.fold))
          : items_of_ids(dataset, options.ids);
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
