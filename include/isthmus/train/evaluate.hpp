#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>

#include "isthmus/datasets/load.hpp"
#include "isthmus/formats/json.hpp"
#include "isthmus/partition/locality_order.hpp"

namespace isthmus::train {

/// Options of evaluate().
struct EvaluateOptions {
  std::string dataset = {};  ///< Name of the set; empty: the one the model was trained on.
  datasets::DataRoots roots = {};
  std::string split = "test";  ///< train | val | test | all (every labelled item)
  /// Which published split or fold, >= 0; empty: the one the model was trained on.
  std::optional<std::int64_t> fold = {};
  /// Numbering of the nodes inside: changes no result, and one pass seldom pays for finding it.
  partition::NodeOrder order = partition::NodeOrder::kNone;
};

/// Result of evaluate().
struct EvaluateResult {
  std::string dataset = {};
  std::string split = {};
  std::int64_t fold = 0;
  std::int64_t items = 0;
  double loss = 0.0;
  double accuracy = 0.0;
  std::optional<double> auc;  ///< Two classes only.
  /// {"dataset":{...},"split","fold","items","metrics":{"loss","accuracy","auc"?},"model":{...},
  /// "locality"?}; the caller adds the envelope (schema isthmus.eval/1, version, args, seed,
  /// warnings).
  formats::Json document;
};

/// Metrics of a model file on one split of a set.
/// @throws DataError        for a damaged model file, tensors that do not fit the architecture, or
/// a
///                          set whose number of features or classes is not the model's.
/// @throws InvalidArgument  for an unknown set, split or fold.
[[nodiscard]] EvaluateResult evaluate(const std::filesystem::path& model,
                                      const EvaluateOptions& options = {});

}  // namespace isthmus::train
