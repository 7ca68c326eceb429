#include "ordered_partition.hpp"

#include <algorithm>
#include <numeric>
#include <utility>

#include "index.hpp"
#include "mix.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kArcSalt = 0x6172;

}  // namespace

void TraceGuard::compare(std::size_t place, std::uint64_t value) noexcept {
  follows_first = follows_first && place < first.size() && first[place] == value;
  if (against_best == 0) {
    against_best = place >= best.size() || value > best[place] ? 1 : value < best[place] ? -1 : 0;
  }
}

void TraceGuard::compare_end(std::size_t size) noexcept {
  follows_first = follows_first && size == first.size();
  if (against_best == 0 && size < best.size()) {
    against_best = -1;
  }
}

OrderedPartition::OrderedPartition(const WlGraph& graph) : csr_(graph.graph.csr()) {
  const auto n = static_cast<std::size_t>(csr_.num_rows());
  for (const std::uint64_t label : graph.edge_label) {
    arc_weight_.push_back(mix(label, kArcSalt).a);
  }
  order_.resize(n);
  std::iota(order_.begin(), order_.end(), NodeId{0});
  const auto label = [&](NodeId v) {
    return graph.node_label.empty() ? 0 : graph.node_label[index(v)];
  };
  if (!graph.node_label.empty()) {
    std::sort(order_.begin(), order_.end(),
              [&](NodeId u, NodeId v) { return label(u) < label(v); });
  }
  place_.resize(n);
  start_.resize(n);
  length_.assign(n, 0);
  queued_.assign(n, 0);
  count_.assign(n, 0);
  is_touched_.assign(n, 0);
  touched_.assign(n, 0);
  for (std::size_t first = 0; first < n;) {
    std::size_t last = first + 1;
    while (last < n && label(order_[last]) == label(order_[first])) {
      ++last;
    }
    add_cell(first, last - first);
    record(label(order_[first]));
    record(last);
    first = last;
  }
  for (std::size_t i = 0; i < n; ++i) {
    place_[index(order_[i])] = i;
  }
  record(csr_.col.size());
}

void OrderedPartition::add_cell(std::size_t start, std::size_t length) {
  length_[start] = length;
  for (std::size_t i = start; i < start + length; ++i) {
    start_[index(order_[i])] = start;
  }
  ++cells_;
}

void OrderedPartition::record(std::uint64_t event) noexcept {
  events_ = mix64(events_ * 0x9E3779B97F4A7C15U + event + 1);
}

void OrderedPartition::enqueue(std::size_t start) {
  if (queued_[start] == 0) {
    queued_[start] = 1;
    queue_.push_back(start);
  }
}

void OrderedPartition::refine() {
  for (std::size_t start = 0; start < order_.size(); start += length_[start]) {
    enqueue(start);
  }
  trace_.assign(1, events_);  // What it starts from.
  (void)run_queue(nullptr);
}

bool OrderedPartition::individualise(NodeId node, TraceGuard* guard) {
  const std::size_t start = start_[index(node)];
  const std::size_t from = place_[index(node)];
  const NodeId other = order_[start];
  std::swap(order_[start], order_[from]);
  place_[index(node)] = start;
  place_[index(other)] = from;
  const std::size_t rest = length_[start] - 1;
  length_[start] = 1;
  add_cell(start + 1, rest);
  splits_.push_back(start + 1);
  events_ = 0;
  trace_.clear();
  record(start);
  enqueue(start);
  return run_queue(guard);
}

void OrderedPartition::count_neighbours(std::size_t splitter) {
  const auto first = order_.begin() + static_cast<std::ptrdiff_t>(splitter);
  splitter_.assign(first, first + static_cast<std::ptrdiff_t>(length_[splitter]));
  for (const NodeId w : splitter_) {
    const auto begin = static_cast<std::size_t>(csr_.rowptr[index(w)]);
    const auto end = static_cast<std::size_t>(csr_.rowptr[index(w) + 1]);
    for (std::size_t arc = begin; arc < end; ++arc) {
      const std::size_t u = index(csr_.col[arc]);
      count_[u] += arc_weight_.empty() ? 1 : arc_weight_[arc];
      if (is_touched_[u] != 0) {
        continue;
      }
      is_touched_[u] = 1;
      const std::size_t start = start_[u];
      if (touched_[start]++ == 0) {
        touched_cells_.push_back(start);
      }
      const std::size_t to = start + length_[start] - touched_[start];
      const NodeId other = order_[to];
      std::swap(order_[to], order_[place_[u]]);
      place_[index(other)] = place_[u];
      place_[u] = to;
    }
  }
}

void OrderedPartition::split_touched(std::size_t start) {
  const std::size_t length = length_[start];
  const std::size_t first = start + length - std::exchange(touched_[start], 0);
  const std::size_t end = start + length;
  const auto count_at = [this](std::size_t i) { return count_[index(order_[i])]; };
  if (length > 1) {
    std::sort(order_.begin() + static_cast<std::ptrdiff_t>(first),
              order_.begin() + static_cast<std::ptrdiff_t>(end),
              [this](NodeId u, NodeId v) { return count_[index(u)] < count_[index(v)]; });
  }
  record(start);
  const bool was_queued = queued_[start] != 0;
  // Refining by all parts but one is enough where the whole was refined by already.
  std::size_t largest = start;
  std::size_t largest_length = first - start;
  const std::size_t splits_before = splits_.size();
  for (std::size_t from = first; from < end;) {
    std::size_t to = from + 1;
    while (to < end && count_at(to) == count_at(from)) {
      ++to;
    }
    record(count_at(from));
    record(to - from);
    if (from == start) {
      length_[start] = to - from;
    } else {
      if (from == first) {
        length_[start] = first - start;
      }
      add_cell(from, to - from);
      splits_.push_back(from);
    }
    if (to - from > largest_length) {
      largest = from;
      largest_length = to - from;
    }
    from = to;
  }
  for (std::size_t i = first; i < end; ++i) {
    const std::size_t v = index(order_[i]);
    place_[v] = i;
    count_[v] = 0;
    is_touched_[v] = 0;
  }
  if (splits_.size() == splits_before) {
    return;
  }
  if (was_queued || largest != start) {
    enqueue(start);
  }
  for (std::size_t i = splits_before; i < splits_.size(); ++i) {
    if (was_queued || splits_[i] != largest) {
      enqueue(splits_[i]);
    }
  }
}

bool OrderedPartition::run_queue(TraceGuard* guard) {
  bool useless = false;
  while (queue_head_ < queue_.size() && !is_discrete() && !useless) {
    const std::size_t splitter = queue_[queue_head_++];
    queued_[splitter] = 0;
    record(splitter);
    touched_cells_.clear();
    count_neighbours(splitter);
    std::sort(touched_cells_.begin(), touched_cells_.end());
    for (const std::size_t start : touched_cells_) {
      split_touched(start);
    }
    record(cells_);
    if (guard != nullptr) {
      guard->compare(trace_.size(), events_);
      useless = guard->is_useless();
    }
    trace_.push_back(events_);
  }
  for (; queue_head_ < queue_.size(); ++queue_head_) {
    queued_[queue_[queue_head_]] = 0;
  }
  queue_.clear();
  queue_head_ = 0;
  if (guard != nullptr && !useless) {
    guard->compare_end(trace_.size());
    useless = guard->is_useless();
  }
  return !useless;
}

void OrderedPartition::undo(std::size_t mark) {
  while (splits_.size() > mark) {
    const std::size_t start = splits_.back();
    splits_.pop_back();
    // Splits are undone in reverse, so the cell before this one is the one it was cut off from.
    const std::size_t into = start_[index(order_[start - 1])];
    for (std::size_t i = start; i < start + length_[start]; ++i) {
      start_[index(order_[i])] = into;
    }
    length_[into] += std::exchange(length_[start], 0);
    first_open_ = std::min(first_open_, into);
    --cells_;
  }
}

std::size_t OrderedPartition::target_cell() noexcept {
  while (first_open_ < order_.size() && length_[first_open_] == 1) {
    ++first_open_;
  }
  std::size_t best = order_.size();
  for (std::size_t start = first_open_; start < order_.size(); start += length_[start]) {
    if (length_[start] > 1 && (best == order_.size() || length_[start] < length_[best])) {
      best = start;
      if (length_[start] == 2) {
        break;
      }
    }
  }
  return best;
}

std::span<const NodeId> OrderedPartition::cell(std::size_t start) const noexcept {
  return start < order_.size() ? std::span(order_).subspan(start, length_[start])
                               : std::span<const NodeId>();
}

}  // namespace isthmus::expressivity
