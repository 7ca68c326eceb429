#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"
#include "isthmus/train/binary_metrics.hpp"

#include "protocol.hpp"

namespace isthmus::train {

/// Metrics on one split; an undefined one is NaN and becomes null.
struct SplitMetrics {
  double loss = 0.0;
  double accuracy = 0.0;
  std::optional<double> auc = {};  ///< Two classes only.
  /// Nodes of many graphs, two classes: what finding those of class 1 came to.
  std::optional<GraphwiseMetrics> graphwise = {};
};

/// What one run came to; everything that its entry of `runs` says.
struct RunRecord {
  std::uint64_t seed = 0;
  std::optional<std::int64_t> fold;
  std::int64_t best_epoch = 0;  ///< 1-based.
  std::int64_t epochs = 0;      ///< Epochs trained.
  SplitMetrics train, val, test;
  double final_loss = 0.0;  ///< Mean training loss of the last epoch.
  double seconds = 0.0;
  double cpu_seconds = 0.0;
  std::int64_t peak_bytes = 0;
  std::string checkpoint;  ///< Model file, relative to out_dir; empty: none.
};

[[nodiscard]] formats::Json metrics_json(const SplitMetrics& metrics);
/// The inverse of metrics_json(). @throws InvalidArgument for a missing key.
[[nodiscard]] SplitMetrics metrics_from_json(const formats::Json& json);
[[nodiscard]] formats::Json run_json(const RunRecord& run);
/// The inverse of run_json(), for resumed trainings. @throws InvalidArgument for a missing key.
[[nodiscard]] RunRecord run_from_json(const formats::Json& json);

/// {"mean","std","n","ddof","ci95","min","max","band"?,"in_band"?}: sample standard deviation,
/// Student's 95 % interval; both null for a single value.
[[nodiscard]] formats::Json summary_json(std::span<const double> values,
                                         const std::optional<Band>& band);

/// Summaries over runs: "test.accuracy", "val.accuracy"; with two classes "test.auc", "val.auc"; of
/// many graphs "test.f1" and "test.pooled_f1", and the same of "val".
[[nodiscard]] formats::Json summaries_json(const std::vector<RunRecord>& runs,
                                           const std::optional<Band>& band);

/// C99 "%a" text of a double: every bit of it.
[[nodiscard]] std::string hex_text(double value);

/// Student's t quantile for a two-sided 95 % interval, `freedom` >= 1.
[[nodiscard]] double student_t95(std::int64_t freedom);

}  // namespace isthmus::train
