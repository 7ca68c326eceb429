#pragma once

#include <string>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/formats/json.hpp"

namespace isthmus::cli {

/// Facts of a loaded set: counts, labels, splits, load report, content hash; as JSON and as text.
struct DatasetFacts {
  formats::Json json;
  std::string text;
  std::vector<std::string> warnings;  ///< Of the load report.
};
[[nodiscard]] DatasetFacts dataset_facts(const datasets::Dataset& dataset);

}  // namespace isthmus::cli
