#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "isthmus/datasets/load.hpp"
#include "isthmus/partition/locality_order.hpp"

namespace isthmus::train {

/// Options of predict().
struct PredictOptions {
  std::string dataset = {};  ///< Name of the set; empty: the one the model was trained on.
  datasets::DataRoots roots = {};
  std::string split = "all";              ///< train | val | test | all
  std::optional<std::int64_t> fold = {};  ///< As in EvaluateOptions.
  std::vector<std::string> ids = {};      ///< Original ids; not empty: these, in this order.
  partition::NodeOrder order = partition::NodeOrder::kNone;  ///< As in EvaluateOptions.
};

/// One node or graph.
struct PredictionRow {
  std::string id = {};                ///< Original id (nodes), or number of the graph.
  std::string label = {};             ///< Original label of the most probable class.
  std::vector<double> probabilities;  ///< Per class, sum 1.
};

/// Result of predict().
struct PredictResult {
  std::vector<std::string> classes = {};  ///< Original labels.
  std::vector<PredictionRow> rows;
};

/// Class probabilities of a model file for items of a set.
/// @throws  as evaluate(); InvalidArgument for an id that the set does not have.
[[nodiscard]] PredictResult predict(const std::filesystem::path& model,
                                    const PredictOptions& options = {});

/// Rows as TSV with header `id label p_<class>...`; shortest round-trip numbers.
[[nodiscard]] std::string predictions_tsv(const PredictResult& result);

}  // namespace isthmus::train
