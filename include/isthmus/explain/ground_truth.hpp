#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

namespace isthmus::explain {

/// Areas under the ROC curve of masks against the true explanations, over targets.
struct GroundTruth {
  std::int64_t targets = 0;  ///< Those with both true and other entries in reach: only these count.
  double mean = 0.0;         ///< Mean of the targets' areas; NaN without targets.
  double pooled = 0.0;       ///< One area over the entries of all of them, as published figures
                             ///< have it; NaN without targets.
};

/// Sizes |entry| of one target's mask and whether each is in the true explanation.
struct MaskAgainstTruth {
  std::vector<double> size;
  std::vector<std::uint8_t> truth;
};

/// The same of undirected edges: entries with the same two ends are one, as large as the largest,
/// true where one of them is. Explanations of undirected graphs are published so; an arc that leads
/// away from the target, and so carries little, does not speak against its edge.
/// @param ends  Of each entry. @throws InvalidArgument  if sizes differ.
[[nodiscard]] MaskAgainstTruth undirected(
    const MaskAgainstTruth& arcs, std::span<const std::pair<std::int64_t, std::int64_t>> ends);

/// Area of one mask; NaN where all entries are of one kind.
[[nodiscard]] double mask_auc(const MaskAgainstTruth& mask);

/// Over many. @throws InvalidArgument  if sizes of a mask and its truth differ.
[[nodiscard]] GroundTruth ground_truth(std::span<const MaskAgainstTruth> masks);

}  // namespace isthmus::explain
