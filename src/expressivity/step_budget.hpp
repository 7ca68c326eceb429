#pragma once

#include <atomic>
#include <cstdint>
#include <utility>

#include "isthmus/core/cancel_token.hpp"

namespace isthmus::expressivity {

/// Steps that all threads of a search may take together. Whether they suffice depends on how many
/// the search needs, not on which thread takes them.
class StepBudget {
 public:
  StepBudget(std::int64_t max_steps, CancelToken cancel)
      : max_(max_steps), cancel_(std::move(cancel)) {}

  /// Adds steps taken; false: to stop.
  bool spend(std::int64_t steps) {
    taken_.fetch_add(steps, std::memory_order_relaxed);
    return !stopped();
  }
  [[nodiscard]] bool exceeded() const { return taken_.load(std::memory_order_relaxed) > max_; }
  [[nodiscard]] bool cancelled() const { return cancel_.requested(); }
  [[nodiscard]] bool stopped() const { return exceeded() || cancelled(); }

 private:
  std::atomic<std::int64_t> taken_ = 0;
  std::int64_t max_;
  CancelToken cancel_;
};

/// One thread's view of a budget: tells it of steps now and then.
class StepCounter {
 public:
  explicit StepCounter(StepBudget& budget) : budget_(budget) {}
  StepCounter(const StepCounter&) = delete;
  StepCounter& operator=(const StepCounter&) = delete;
  ~StepCounter() { flush(); }

  /// Counts a step; false: to stop.
  bool step() {
    if (++counted_ >= kStepsPerLook) {
      flush();
    }
    return !stopped_;
  }
  void flush() {
    stopped_ = !budget_.spend(counted_);
    counted_ = 0;
  }

 private:
  static constexpr std::int64_t kStepsPerLook = 1 << 12;

  StepBudget& budget_;
  std::int64_t counted_ = 0;
  bool stopped_ = false;
};

}  // namespace isthmus::expressivity
