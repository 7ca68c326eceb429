#pragma once

#include <cstdint>
#include <span>

namespace isthmus::train {

/// Share of items whose prediction equals their label; 0 items give NaN (undefined).
/// @throws InvalidArgument  if the sizes differ.
[[nodiscard]] double accuracy(std::span<const std::int64_t> predicted,
                              std::span<const std::int64_t> label);

/// Area under the ROC curve: the probability that a positive item scores above a negative one, ties
/// counted as one half. By midranks, exact: the sum of ranks is held in integers of halves.
/// @param positive  1 for positive items, 0 for negative ones.
/// @return          NaN (undefined) without a positive or without a negative item, or if a score is
///                  NaN.
/// @throws InvalidArgument  if the sizes differ.
/// @par Cost  O(n log n).
[[nodiscard]] double roc_auc(std::span<const double> score, std::span<const std::uint8_t> positive);

}  // namespace isthmus::train
