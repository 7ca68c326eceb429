#include "path_walker.hpp"

#include <algorithm>

#include "index.hpp"

namespace isthmus::expressivity {
namespace {

constexpr std::uint64_t kEntrySalt = 6;

}  // namespace

PathWalker::PathWalker(const WalkedPaths& paths, StepBudget& budget)
    : paths_(paths), counter_(budget), on_path_(index(paths.csr.num_rows())) {}

Signature PathWalker::sum_from(NodeId v, std::int32_t length) {
  start(v, length);
  total_ = {};
  sum_on(v, {}, length);
  end(v);
  return total_;
}

std::vector<std::uint64_t> PathWalker::sorted_from(NodeId v, std::int32_t length) {
  start(v, length);
  listed_.clear();
  path_.clear();
  list_on(v, length);
  end(v);
  std::sort(listed_.begin(), listed_.end());
  std::vector<std::uint64_t> words;
  for (const std::vector<std::uint64_t>& path : listed_) {
    words.insert(words.end(), path.begin(), path.end());
  }
  return words;
}

template <typename Pass>
void PathWalker::for_next(NodeId w, std::int32_t left, const Pass& pass) {
  std::int64_t slot = paths_.csr.rowptr[index(w)];
  for (const NodeId u : paths_.csr.row(w)) {
    const std::uint64_t edge = paths_.edge_number.empty() ? 0 : paths_.edge_number[index(slot)];
    ++slot;
    if (!may_pass(u, left)) {
      continue;
    }
    if (!counter_.step()) {
      return;
    }
    on_path_[index(u)] = 1;
    pass(u, edge);
    on_path_[index(u)] = 0;
  }
}

void PathWalker::sum_on(NodeId w, const Signature& so_far, std::int32_t left) {
  if (left == 0) {
    total_ += so_far;
    return;
  }
  for_next(w, left, [&](NodeId u, std::uint64_t edge) {
    const Signature word = mix_pair(entry(u), edge, kEntrySalt);
    sum_on(u, {mix64(so_far.a + word.a), mix64(so_far.b + word.b)}, left - 1);
  });
}

void PathWalker::list_on(NodeId w, std::int32_t left) {
  if (left == 0) {
    listed_.push_back(path_);
    return;
  }
  for_next(w, left, [&](NodeId u, std::uint64_t edge) {
    path_.push_back(edge);
    path_.push_back(entry(u));
    list_on(u, left - 1);
    path_.resize(path_.size() - 2);
  });
}

bool PathWalker::may_pass(NodeId u, std::int32_t left) const {
  if (!paths_.shortest) {
    return on_path_[index(u)] == 0;
  }
  const std::int64_t n = paths_.csr.num_rows();
  return paths_.hops[index(source_ * n + u)] == length_ - left + 1;
}

std::uint64_t PathWalker::entry(NodeId u) const {
  const std::int64_t n = paths_.csr.num_rows();
  const std::uint64_t distance = paths_.distances ? paths_.hops[index(source_ * n + u)] : 0;
  return distance << 32U | paths_.colour[index(u)];
}

void PathWalker::start(NodeId v, std::int32_t length) {
  source_ = v;
  length_ = length;
  on_path_[index(v)] = 1;
}

void PathWalker::end(NodeId v) {
  on_path_[index(v)] = 0;
  counter_.flush();
}

}  // namespace isthmus::expressivity
