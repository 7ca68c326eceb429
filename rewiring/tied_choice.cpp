#include "tied_choice.hpp"

#include <algorithm>
#include <cstddef>
#include <functional>
#include <queue>
#include <utility>

#include "tie_rule.hpp"

namespace isthmus::rewiring {

bool put_best_first(std::vector<Ranked>& candidates, std::size_t count) {
  const auto less = [](const Ranked& a, const Ranked& b) {
    return a.value != b.value ? a.value < b.value : a.id < b.id;
  };
  if (count == 0) {
    return false;
  }
  // Nothing is taken that is worse than the count-th best and not tied with it: only what may be
  // taken needs an order.
  const auto last = candidates.begin() + static_cast<std::ptrdiff_t>(count) - 1;
  std::nth_element(candidates.begin(), last, candidates.end(), less);
  const double bound = last->value;
  const auto rest = std::partition(last, candidates.end(), [bound](const Ranked& candidate) {
    return is_tied(bound, candidate.value);
  });
  const std::vector<Ranked> beyond(rest, candidates.end());
  candidates.erase(rest, candidates.end());
  std::sort(candidates.begin(), candidates.end(), less);
  // Positions that are tied with the best one left, smallest id first; all before `next` are in it
  // or taken. A tied group only grows as better values leave.
  using Slot = std::pair<NodeId, std::size_t>;
  std::priority_queue<Slot, std::vector<Slot>, std::greater<>> tied;
  std::vector<bool> taken(candidates.size());
  std::vector<Ranked> order;
  order.reserve(candidates.size());
  std::size_t best = 0;
  std::size_t next = 0;
  while (order.size() < count) {
    while (taken[best]) {
      ++best;
    }
    for (; next < candidates.size() && is_tied(candidates[best].value, candidates[next].value);
         ++next) {
      tied.emplace(candidates[next].id, next);
    }
    taken[tied.top().second] = true;
    order.push_back(candidates[tied.top().second]);
    tied.pop();
  }
  for (std::size_t i = 0; i < candidates.size(); ++i) {
    if (!taken[i]) {
      order.push_back(candidates[i]);
    }
  }
  order.insert(order.end(), beyond.begin(), beyond.end());
  candidates = std::move(order);
  return !tied.empty();
}

}  // namespace isthmus::rewiring
