#pragma once

#include <atomic>
#include <memory>

namespace isthmus {

/// A flag that asks long work to stop at its next safe point. Copies share the flag; request() is
/// async-signal-safe, so that a handler of SIGINT may call it.
class CancelToken {
 public:
  CancelToken() : flag_(std::make_shared<std::atomic<bool>>(false)) {}

  void request() const noexcept { flag_->store(true, std::memory_order_relaxed); }
  [[nodiscard]] bool requested() const noexcept { return flag_->load(std::memory_order_relaxed); }

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

}  // namespace isthmus
