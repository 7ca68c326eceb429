#include "isthmus/train/metrics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <string>
#include <vector>

#include "isthmus/core/error.hpp"

namespace isthmus::train {
namespace {

constexpr double kUndefined = std::numeric_limits<double>::quiet_NaN();

void check_sizes(const char* function, std::size_t items, std::size_t labels) {
  if (items != labels) {
    throw InvalidArgument(std::string(function) + ": one label per item, got " +
                          std::to_string(items) + " items and " + std::to_string(labels) +
                          " labels");
  }
}

}  // namespace

double accuracy(std::span<const std::int64_t> predicted, std::span<const std::int64_t> label) {
  check_sizes("accuracy", predicted.size(), label.size());
  if (label.empty()) {
    return kUndefined;
  }
  std::int64_t right = 0;
  for (std::size_t i = 0; i < label.size(); ++i) {
    right += predicted[i] == label[i] ? 1 : 0;
  }
  return static_cast<double>(right) / static_cast<double>(label.size());
}

double roc_auc(std::span<const double> score, std::span<const std::uint8_t> positive) {
  check_sizes("roc_auc", score.size(), positive.size());
  if (std::any_of(score.begin(), score.end(), [](double s) { return std::isnan(s); })) {
    return kUndefined;
  }
  std::vector<std::size_t> order(score.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return score[a] < score[b]; });

  // U = (pairs in the right order) + (tied pairs) / 2, counted in halves.
  std::int64_t twice_u = 0;
  std::int64_t negatives_below = 0;
  std::int64_t positives = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::int64_t tied_positive = 0;
    std::int64_t tied_negative = 0;
    std::size_t end = begin;
    for (; end < order.size() && score[order[end]] == score[order[begin]]; ++end) {
      (positive[order[end]] != 0 ? tied_positive : tied_negative) += 1;
    }
    twice_u += tied_positive * (2 * negatives_below + tied_negative);
    negatives_below += tied_negative;
    positives += tied_positive;
    begin = end;
  }
  if (positives == 0 || negatives_below == 0) {
    return kUndefined;
  }
  return static_cast<double>(twice_u) /
         (2.0 * static_cast<double>(positives) * static_cast<double>(negatives_below));
}

}  // namespace isthmus::train
