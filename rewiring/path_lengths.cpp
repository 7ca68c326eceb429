#include "path_lengths.hpp"

#include <algorithm>
#include <functional>
#include <limits>

#include "index.hpp"

namespace isthmus::rewiring {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

}  // namespace

PathLengths::PathLengths(const CsrView& csr, std::span<const double> length)
    : csr_(csr),
      length_(length),
      distance_(index(csr.num_rows()), kInfinity),
      is_target_(index(csr.num_rows()), 0) {}

void PathLengths::find(NodeId source, std::span<const NodeId> targets, std::span<double> out) {
  for (const NodeId target : targets) {
    is_target_[index(target)] = 1;
  }
  std::size_t open = targets.size();
  const auto reach = [&](NodeId v, double distance) {
    if (distance < distance_[index(v)]) {
      touched_.push_back(v);
      distance_[index(v)] = distance;
      heap_.emplace_back(distance, v);
      std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
    }
  };
  reach(source, 0.0);
  while (open > 0) {
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    const auto [distance, v] = heap_.back();
    heap_.pop_back();
    if (distance > distance_[index(v)]) {
      continue;  // a shorter way was found since
    }
    if (is_target_[index(v)] != 0) {
      is_target_[index(v)] = 0;
      --open;
    }
    const std::span<const NodeId> row = csr_.row(v);
    const std::int64_t first = csr_.rowptr[index(v)];
    for (std::size_t i = 0; i < row.size(); ++i) {
      reach(row[i], distance + length_[index(first) + i]);
    }
  }
  for (std::size_t i = 0; i < targets.size(); ++i) {
    out[i] = distance_[index(targets[i])];
  }
  for (const NodeId v : touched_) {
    distance_[index(v)] = kInfinity;
  }
  touched_.clear();
  heap_.clear();
}

}  // namespace isthmus::rewiring
