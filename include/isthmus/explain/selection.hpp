#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace isthmus::explain {

/// What an explainer gives numbers to. `node` and `feature` together: each feature of each node.
struct MaskKinds {
  bool edge = true;
  bool node = true;
  bool feature = true;
};

/// Which entries of a mask are the explanation S.
struct SelectionRule {
  double percent = 10.0;  ///< Share taken, (0, 100]: the first ceil(percent n / 100) by size.
  std::optional<double> threshold = std::nullopt;  ///< Instead of a share: |entry| > threshold.
};

/// 1 for entries of S. Size is |entry|: large negative numbers of a signed mask explain, too. Of
/// equal sizes the entry that comes first is taken. NaN counts as 0.
/// @param among  1 where an entry may be taken; empty: everywhere. Shares are of these.
/// @throws InvalidArgument  for a percent outside (0, 100], or sizes that differ.
/// @par Cost  O(n log n).
[[nodiscard]] std::vector<std::uint8_t> select_entries(std::span<const double> mask,
                                                       std::span<const std::uint8_t> among,
                                                       const SelectionRule& rule);

}  // namespace isthmus::explain
