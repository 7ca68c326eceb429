#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace isthmus::rewiring {

/// Working memories for the bodies of parallel_chunks(): as many as threads that work at once, made
/// when first needed and used again.
template <typename Memory>
class Spares {
 public:
  using Make = std::function<std::unique_ptr<Memory>()>;

  explicit Spares(Make make) : make_(std::move(make)) {}

  /// Runs body(memory) with one that nobody else uses meanwhile.
  template <typename Body>
  void with(const Body& body) {
    std::unique_ptr<Memory> own = take();
    if (own == nullptr) {
      own = make_();
    }
    body(*own);
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(own));
  }

 private:
  std::unique_ptr<Memory> take() {
    const std::lock_guard lock(mutex_);
    if (idle_.empty()) {
      return nullptr;
    }
    std::unique_ptr<Memory> own = std::move(idle_.back());
    idle_.pop_back();
    return own;
  }

  Make make_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Memory>> idle_;
};

}  // namespace isthmus::rewiring
