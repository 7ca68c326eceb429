#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace isthmus::rewiring {

/// A binary heap of the ids 0, 1, ... whose members may come, go and change their rank.
/// `Before`: (id, id) -> whether the first leaves earlier; a strict order without equals.
template <typename Before>
class IndexedHeap {
 public:
  using Id = std::int32_t;

  explicit IndexedHeap(Before before) : before_(std::move(before)) {}

  [[nodiscard]] bool empty() const noexcept { return heap_.empty(); }
  [[nodiscard]] std::size_t size() const noexcept { return heap_.size(); }
  [[nodiscard]] Id top() const noexcept { return heap_.front(); }
  [[nodiscard]] bool contains(Id id) const noexcept {
    return static_cast<std::size_t>(id) < place_.size() && place_[index(id)] >= 0;
  }

  /// The ids 0 .. count-1, in linear time.
  void assign(Id count) {
    heap_.resize(index(count));
    place_.resize(index(count));
    for (Id id = 0; id < count; ++id) {
      heap_[index(id)] = place_[index(id)] = id;
    }
    for (std::size_t at = heap_.size() / 2; at-- > 0;) {
      sink(at);
    }
  }
  void insert(Id id) {
    if (index(id) >= place_.size()) {
      place_.resize(index(id) + 1, -1);
    }
    place_[index(id)] = static_cast<Id>(heap_.size());
    heap_.push_back(id);
    rise(heap_.size() - 1);
  }
  void erase(Id id) {
    const auto at = index(place_[index(id)]);
    const Id last = heap_.back();
    heap_.pop_back();
    place_[index(id)] = -1;
    if (last != id) {
      heap_[at] = last;
      place_[index(last)] = static_cast<Id>(at);
      update(last);
    }
  }
  /// The rank of a member changed.
  void update(Id id) {
    rise(index(place_[index(id)]));
    sink(index(place_[index(id)]));
  }

  /// How many members `equal(id)` holds for, where those for which it holds leave before all
  /// others.
  template <typename Equal>
  [[nodiscard]] std::int64_t count_first(const Equal& equal) const {
    std::int64_t count = 0;
    std::vector<std::size_t> open;
    if (!heap_.empty()) {
      open.push_back(0);
    }
    while (!open.empty()) {
      const std::size_t at = open.back();
      open.pop_back();
      if (!equal(heap_[at])) {
        continue;
      }
      ++count;
      for (const std::size_t child : {2 * at + 1, 2 * at + 2}) {
        if (child < heap_.size()) {
          open.push_back(child);
        }
      }
    }
    return count;
  }

 private:
  static std::size_t index(Id id) { return static_cast<std::size_t>(id); }

  void put(std::size_t at, Id id) {
    heap_[at] = id;
    place_[index(id)] = static_cast<Id>(at);
  }
  void rise(std::size_t at) {
    const Id id = heap_[at];
    while (at > 0 && before_(id, heap_[(at - 1) / 2])) {
      put(at, heap_[(at - 1) / 2]);
      at = (at - 1) / 2;
    }
    put(at, id);
  }
  void sink(std::size_t at) {
    const Id id = heap_[at];
    while (2 * at + 1 < heap_.size()) {
      std::size_t child = 2 * at + 1;
      if (child + 1 < heap_.size() && before_(heap_[child + 1], heap_[child])) {
        ++child;
      }
      if (!before_(heap_[child], id)) {
        break;
      }
      put(at, heap_[child]);
      at = child;
    }
    put(at, id);
  }

  Before before_;
  std::vector<Id> heap_;
  std::vector<Id> place_;  ///< Of each id in the heap; -1: not in it.
};

}  // namespace isthmus::rewiring
