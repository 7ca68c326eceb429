#include "isthmus/explain/selection.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "isthmus/core/error.hpp"

namespace isthmus::explain {

std::vector<std::uint8_t> select_entries(std::span<const double> mask,
                                         std::span<const std::uint8_t> among,
                                         const SelectionRule& rule) {
  if (!among.empty() && among.size() != mask.size()) {
    throw InvalidArgument("select_entries: among must have " + std::to_string(mask.size()) +
                          " entries as mask has, got " + std::to_string(among.size()));
  }
  if (!(rule.percent > 0.0 && rule.percent <= 100.0)) {
    throw InvalidArgument("select_entries: percent must be in (0, 100], got " +
                          std::to_string(rule.percent));
  }
  const auto size_of = [&](std::size_t i) { return std::isnan(mask[i]) ? 0.0 : std::abs(mask[i]); };
  std::vector<std::size_t> candidates;
  for (std::size_t i = 0; i < mask.size(); ++i) {
    if (among.empty() || among[i] != 0) {
      candidates.push_back(i);
    }
  }
  std::vector<std::uint8_t> selected(mask.size(), 0);
  if (rule.threshold) {
    for (const std::size_t i : candidates) {
      selected[i] = size_of(i) > *rule.threshold ? 1 : 0;
    }
    return selected;
  }
  // A hair less, so that 10 % of 50 is 5 and not 6 by rounding.
  const double share = rule.percent * static_cast<double>(candidates.size()) / 100.0;
  const auto count = static_cast<std::size_t>(std::ceil(share * (1.0 - 1e-12)));
  std::stable_sort(candidates.begin(), candidates.end(),
                   [&](std::size_t a, std::size_t b) { return size_of(a) > size_of(b); });
  for (std::size_t k = 0; k < count; ++k) {
    selected[candidates[k]] = 1;
  }
  return selected;
}

}  // namespace isthmus::explain
