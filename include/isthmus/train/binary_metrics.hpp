#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace isthmus::train {

/// What became of items of two classes, where class 1 is the one to be found ("positive").
struct ConfusionCounts {
  std::int64_t true_positive = 0;
  std::int64_t false_positive = 0;
  std::int64_t true_negative = 0;
  std::int64_t false_negative = 0;
};

/// Metrics of two classes, all in [0, 1]; NaN where the denominator is 0 (undefined).
struct BinaryMetrics {
  double accuracy = 0.0;   ///< (TP + TN) / all
  double fpr = 0.0;        ///< FP / (FP + TN), false positive rate
  double fnr = 0.0;        ///< FN / (FN + TP), false negative rate
  double recall = 0.0;     ///< TP / (TP + FN)
  double precision = 0.0;  ///< TP / (TP + FP)
  double f1 = 0.0;         ///< 2 TP / (2 TP + FP + FN)
  double auroc = 0.0;      ///< roc_auc()
};

/// One of them by name.
struct BinaryMetric {
  std::string_view name;
  double BinaryMetrics::*value;
};
inline constexpr std::array<BinaryMetric, 7> kBinaryMetrics{{
    {"accuracy", &BinaryMetrics::accuracy},
    {"fpr", &BinaryMetrics::fpr},
    {"fnr", &BinaryMetrics::fnr},
    {"recall", &BinaryMetrics::recall},
    {"precision", &BinaryMetrics::precision},
    {"f1", &BinaryMetrics::f1},
    {"auroc", &BinaryMetrics::auroc},
}};

/// Metrics of counts; auroc, which counts do not tell, is NaN.
[[nodiscard]] BinaryMetrics binary_metrics(const ConfusionCounts& counts);

/// Metrics of items: positive is predicted where the margin is above 0.
/// @param margin    Score of class 1 less that of class 0 (or the logit): 0 is probability 1/2.
/// @param positive  1 for items of class 1, else 0.
/// @throws InvalidArgument  if the sizes differ.
/// @par Cost  O(n log n) for auroc.
[[nodiscard]] BinaryMetrics binary_metrics(std::span<const double> margin,
                                           std::span<const std::uint8_t> positive);

/// Metrics of the items of many graphs, in both customary ways.
struct GraphwiseMetrics {
  BinaryMetrics pooled;         ///< Of all items together.
  BinaryMetrics mean;           ///< Mean over the graphs where the metric is defined; NaN: nowhere.
  std::int64_t num_graphs = 0;  ///< Graphs with items.
  /// Graphs where a metric is undefined, which its mean leaves out; as kBinaryMetrics.
  std::array<std::int64_t, kBinaryMetrics.size()> undefined{};
};

/// @param graph_ptr  Offsets of each graph's items, ascending from 0 to the number of items;
///                   graphs without items are not counted.
/// @throws InvalidArgument  if the sizes differ or graph_ptr is not as it must be.
/// @par Source  Zhou et al.: Automating Botnet Detection with Graph Neural Networks, 2020
///              (arXiv:2003.06344), whose evaluator averages over graphs.
/// @par Differs from that evaluator, which counts an undefined term as -1.
[[nodiscard]] GraphwiseMetrics graphwise_metrics(std::span<const double> margin,
                                                 std::span<const std::uint8_t> positive,
                                                 std::span<const std::int64_t> graph_ptr);

}  // namespace isthmus::train
