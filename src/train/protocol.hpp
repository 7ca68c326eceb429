#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/train/config.hpp"

namespace isthmus::train {

/// What chooses the epoch.
enum class Metric : std::uint8_t {
  kAccuracy,
  kAuc,
  kLoss,
  kF1,  ///< Mean over graphs, of class 1.
};

/// Published range of a protocol's mean test metric: a test, outside it is a finding.
struct Band {
  std::string metric;  ///< "test.accuracy" or "test.auc"
  double low = 0.0;
  double high = 1.0;
};

/// One training of a protocol.
struct RunPlan {
  std::uint64_t seed = 0;
  std::optional<std::int64_t> fold;  ///< Empty where the protocol has a single split.
  datasets::Split split;
  std::string folder;  ///< "seed-0" or "seed-0-fold-3", inside out_dir.
};

/// A protocol spelt out for one set.
struct ProtocolPlan {
  std::vector<RunPlan> runs;  ///< Fold by fold, inside a fold seed by seed.
  std::int64_t folds = 1;
  Metric metric = Metric::kAccuracy;
  bool one_logit = false;  ///< Two classes by binary cross-entropy.
  /// One epoch is chosen on the mean curve of the very folds that are reported: there is no test
  /// set, and every number carries the word.
  bool optimistic = false;
  std::vector<std::string> modified;  ///< Keys that differ from the protocol's definition.
  std::vector<std::string> notes;
  std::optional<Band> band;
};

/// @throws InvalidArgument  if the protocol does not fit the set (its task, its splits, its
/// classes).
[[nodiscard]] ProtocolPlan plan_protocol(const Config& config, const datasets::Dataset& dataset);

}  // namespace isthmus::train
