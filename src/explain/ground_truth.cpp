#include "isthmus/explain/ground_truth.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/train/metrics.hpp"

namespace isthmus::explain {

MaskAgainstTruth undirected(const MaskAgainstTruth& arcs,
                            std::span<const std::pair<std::int64_t, std::int64_t>> ends) {
  if (arcs.size.size() != ends.size() || arcs.truth.size() != ends.size()) {
    throw InvalidArgument("undirected: sizes, truth and ends must be equally many, got " +
                          std::to_string(arcs.size.size()) + ", " +
                          std::to_string(arcs.truth.size()) + " and " +
                          std::to_string(ends.size()));
  }
  std::map<std::pair<std::int64_t, std::int64_t>, std::size_t> place;
  MaskAgainstTruth edges;
  for (std::size_t i = 0; i < ends.size(); ++i) {
    const auto [at, is_new] =
        place.try_emplace(std::minmax(ends[i].first, ends[i].second), edges.size.size());
    if (is_new) {
      edges.size.push_back(arcs.size[i]);
      edges.truth.push_back(arcs.truth[i]);
    } else {
      edges.size[at->second] = std::max(edges.size[at->second], arcs.size[i]);
      edges.truth[at->second] = std::max(edges.truth[at->second], arcs.truth[i]);
    }
  }
  return edges;
}

double mask_auc(const MaskAgainstTruth& mask) { return train::roc_auc(mask.size, mask.truth); }

GroundTruth ground_truth(std::span<const MaskAgainstTruth> masks) {
  GroundTruth result;
  MaskAgainstTruth all;
  double sum = 0.0;
  for (const MaskAgainstTruth& mask : masks) {
    const double area = mask_auc(mask);
    if (std::isnan(area)) {
      continue;
    }
    ++result.targets;
    sum += area;
    all.size.insert(all.size.end(), mask.size.begin(), mask.size.end());
    all.truth.insert(all.truth.end(), mask.truth.begin(), mask.truth.end());
  }
  result.mean = result.targets > 0 ? sum / static_cast<double>(result.targets)
                                   : std::numeric_limits<double>::quiet_NaN();
  result.pooled = mask_auc(all);
  return result;
}

}  // namespace isthmus::explain
