#include "prediction.hpp"

#include <numeric>
#include <unordered_map>
#include <utility>

#include "isthmus/core/error.hpp"

#include "protocol.hpp"

namespace isthmus::train {

namespace {

/// What the rows of the scores of items are called.
std::vector<std::string> row_names(const datasets::Dataset& dataset,
                                   std::span<const std::int64_t> items) {
  std::vector<std::string> names;
  const bool named = dataset.task == datasets::Task::kNode && !dataset.node_names.empty();
  for (const std::int64_t item : items) {
    const auto at = static_cast<std::size_t>(item);
    if (!dataset.splits_of_graphs) {
      names.push_back(named ? dataset.node_names[at] : std::to_string(item));
      continue;
    }
    const std::string graph = std::to_string(item) + ':';
    for (NodeId v = 0; v < dataset.graphs[at].num_nodes(); ++v) {
      names.push_back(graph + std::to_string(v));
    }
  }
  return names;
}

}  // namespace

PredictResult prediction_rows(const datasets::Dataset& dataset, std::span<const std::int64_t> items,
                              const at::Tensor& scores, const std::vector<std::string>& labels) {
  PredictResult result;
  result.classes = labels;
  const std::vector<double> p = probabilities(scores);
  const std::size_t classes = labels.size();
  std::vector<std::string> names = row_names(dataset, items);
  for (std::size_t i = 0; i < names.size(); ++i) {
    PredictionRow row;
    row.id = std::move(names[i]);
    const auto begin = p.begin() + static_cast<std::ptrdiff_t>(i * classes);
    row.probabilities.assign(begin, begin + static_cast<std::ptrdiff_t>(classes));
    std::size_t best = 0;
    for (std::size_t c = 1; c < classes; ++c) {
      best = row.probabilities[c] > row.probabilities[best] ? c : best;
    }
    row.label = labels[best];
    result.rows.push_back(std::move(row));
  }
  return result;
}

std::vector<std::string> class_labels(const datasets::Dataset& dataset) {
  if (!dataset.class_labels.empty()) {
    return dataset.class_labels;
  }
  std::vector<std::string> labels;
  for (std::int64_t c = 0; c < dataset.num_classes; ++c) {
    labels.push_back(std::to_string(c));
  }
  return labels;
}

std::vector<std::int64_t> items_of(const Config& config, const datasets::Dataset& dataset,
                                   const std::string& part, std::int64_t fold) {
  if (part == "all") {
    std::vector<std::int64_t> items;
    if (dataset.splits_of_graphs) {
      items.resize(dataset.graphs.size());
      std::iota(items.begin(), items.end(), std::int64_t{0});
      return items;
    }
    for (std::size_t i = 0; i < dataset.y.size(); ++i) {
      if (dataset.has_label.empty() || dataset.has_label[i] != 0) {
        items.push_back(static_cast<std::int64_t>(i));
      }
    }
    return items;
  }
  if (part != "train" && part != "val" && part != "test") {
    throw InvalidArgument("split must be one of train, val, test, all, got '" + part + "'");
  }
  Config plain = config;
  plain.protocol.folds = 0;
  plain.protocol.seeds = 1;
  if (plain.protocol.name == "public") {
    plain.protocol.name = "platonov";  // any published split of the set, not only the first
    plain.metric_best = "accuracy";
  }
  const ProtocolPlan plan = plan_protocol(plain, dataset);
  if (fold < 0 || fold >= static_cast<std::int64_t>(plan.runs.size())) {
    throw InvalidArgument("fold must be in 0.." + std::to_string(plan.runs.size() - 1) + " for '" +
                          dataset.name + "', got " + std::to_string(fold));
  }
  const datasets::Split& split = plan.runs[static_cast<std::size_t>(fold)].split;
  return part == "train" ? split.train : part == "val" ? split.val : split.test;
}

std::vector<std::int64_t> items_of_ids(const std::string& who, const datasets::Dataset& dataset,
                                       const std::vector<std::string>& ids) {
  const bool nodes = dataset.task == datasets::Task::kNode && !dataset.splits_of_graphs;
  const auto count = static_cast<std::int64_t>(nodes ? dataset.y.size() : dataset.graphs.size());
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
      throw InvalidArgument(who + ": '" + dataset.name + "' has no " + (nodes ? "node" : "graph") +
                            " '" + id + "'");
    }
    items.push_back(found->second);
  }
  return items;
}

}  // namespace isthmus::train
