#include "isthmus/explain/ground_truth.hpp"

#include <cmath>
#include <limits>

#include "isthmus/train/metrics.hpp"

namespace isthmus::explain {

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
