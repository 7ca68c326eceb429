#include "list_flow.hpp"

#include <algorithm>

namespace isthmus::rewiring {
namespace {

std::size_t at(std::int64_t i) { return static_cast<std::size_t>(i); }

}  // namespace

std::int64_t ListFlow::add_arc(std::int32_t from, std::int32_t to, std::int64_t capacity) {
  const auto arc = static_cast<std::int64_t>(to_.size());
  to_.insert(to_.end(), {to, from});
  left_.insert(left_.end(), {capacity, 0});
  next_.insert(next_.end(), {first_[at(from)], first_[at(to)]});
  first_[at(from)] = arc;
  first_[at(to)] = arc + 1;
  return arc;
}

bool ListFlow::build_levels(std::int32_t source, std::int32_t sink) {
  level_.assign(first_.size(), -1);
  level_[at(source)] = 0;
  queue_.assign(1, source);
  for (std::size_t i = 0; i < queue_.size(); ++i) {
    const std::int32_t node = queue_[i];
    for (std::int64_t arc = first_[at(node)]; arc >= 0; arc = next_[at(arc)]) {
      const std::int32_t other = to_[at(arc)];
      if (left_[at(arc)] > 0 && level_[at(other)] < 0) {
        level_[at(other)] = level_[at(node)] + 1;
        queue_.push_back(other);
      }
    }
  }
  return level_[at(sink)] >= 0;
}

/// Over living arcs to the next level; 0 if the source has none left.
std::int64_t ListFlow::send_one_path(std::int32_t source, std::int32_t sink) {
  path_.clear();
  std::int32_t node = source;
  while (node != sink) {
    std::int64_t& arc = current_[at(node)];
    while (arc >= 0 && !(left_[at(arc)] > 0 && level_[at(to_[at(arc)])] == level_[at(node)] + 1)) {
      arc = next_[at(arc)];
    }
    if (arc >= 0) {
      path_.push_back(arc);
      node = to_[at(arc)];
    } else if (path_.empty()) {
      return 0;
    } else {
      node = to_[at(path_.back() ^ 1)];
      current_[at(node)] = next_[at(path_.back())];
      path_.pop_back();
    }
  }
  std::int64_t amount = kUnlimited;
  for (const std::int64_t arc : path_) {
    amount = std::min(amount, left_[at(arc)]);
  }
  for (const std::int64_t arc : path_) {
    left_[at(arc)] -= amount;
    left_[at(arc ^ 1)] += amount;
  }
  return amount;
}

std::int64_t ListFlow::augment(std::int32_t source, std::int32_t sink) {
  std::int64_t sent = 0;
  while (build_levels(source, sink)) {
    current_ = first_;
    while (const std::int64_t amount = send_one_path(source, sink)) {
      sent += amount;
    }
  }
  return sent;
}

}  // namespace isthmus::rewiring
