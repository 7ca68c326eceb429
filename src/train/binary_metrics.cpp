#include "isthmus/train/binary_metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/train/metrics.hpp"

namespace isthmus::train {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

double ratio(std::int64_t part, std::int64_t whole) {
  return whole == 0 ? kUndefined : static_cast<double>(part) / static_cast<double>(whole);
}

void check_ptr(std::span<const std::int64_t> ptr, std::size_t items) {
  const bool right = !ptr.empty() && ptr.front() == 0 && std::is_sorted(ptr.begin(), ptr.end()) &&
                     ptr.back() == static_cast<std::int64_t>(items);
  if (!right) {
    throw InvalidArgument(
        "graphwise_metrics: graph_ptr must ascend from 0 to the number of items, " +
        std::to_string(items) + ", got " + std::to_string(ptr.size()) + " offsets" +
        (ptr.empty() ? std::string() : " ending in " + std::to_string(ptr.back())));
  }
}

}  // namespace

BinaryMetrics binary_metrics(const ConfusionCounts& c) {
  BinaryMetrics m;
  const std::int64_t positives = c.true_positive + c.false_negative;
  const std::int64_t negatives = c.true_negative + c.false_positive;
  m.accuracy = ratio(c.true_positive + c.true_negative, positives + negatives);
  m.fpr = ratio(c.false_positive, negatives);
  m.fnr = ratio(c.false_negative, positives);
  m.recall = ratio(c.true_positive, positives);
  m.precision = ratio(c.true_positive, c.true_positive + c.false_positive);
  m.f1 = ratio(2 * c.true_positive, 2 * c.true_positive + c.false_positive + c.false_negative);
  m.auroc = kUndefined;
  return m;
}

BinaryMetrics binary_metrics(std::span<const double> margin,
                             std::span<const std::uint8_t> positive) {
  const double auroc = roc_auc(margin, positive);  // first: it compares the sizes
  ConfusionCounts counts;
  for (std::size_t i = 0; i < margin.size(); ++i) {
    const bool predicted = margin[i] > 0.0;
    (positive[i] != 0 ? (predicted ? counts.true_positive : counts.false_negative)
                      : (predicted ? counts.false_positive : counts.true_negative)) += 1;
  }
  BinaryMetrics metrics = binary_metrics(counts);
  metrics.auroc = auroc;
  return metrics;
}

GraphwiseMetrics graphwise_metrics(std::span<const double> margin,
                                   std::span<const std::uint8_t> positive,
                                   std::span<const std::int64_t> graph_ptr) {
  GraphwiseMetrics result;
  result.pooled = binary_metrics(margin, positive);
  check_ptr(graph_ptr, margin.size());
  for (std::size_t g = 0; g + 1 < graph_ptr.size(); ++g) {
    const auto begin = static_cast<std::size_t>(graph_ptr[g]);
    const std::size_t count = static_cast<std::size_t>(graph_ptr[g + 1]) - begin;
    if (count == 0) {
      continue;
    }
    ++result.num_graphs;
    const BinaryMetrics own =
        binary_metrics(margin.subspan(begin, count), positive.subspan(begin, count));
    for (std::size_t m = 0; m < kBinaryMetrics.size(); ++m) {
      const double value = own.*kBinaryMetrics[m].value;
      if (std::isnan(value)) {
        ++result.undefined[m];
      } else {
        result.mean.*kBinaryMetrics[m].value += value;
      }
    }
  }
  for (std::size_t m = 0; m < kBinaryMetrics.size(); ++m) {
    const std::int64_t defined = result.num_graphs - result.undefined[m];
    double& mean = result.mean.*kBinaryMetrics[m].value;
    mean = defined == 0 ? kUndefined : mean / static_cast<double>(defined);
  }
  return result;
}

}  // namespace isthmus::train
