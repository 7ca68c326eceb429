#pragma once

#include <atomic>
#include <memory>

namespace isthmus {

/// A flag that asks long work to stop at its next safe point. Copies share the flag; request() is
/// async-signal-safe, so that a handler of SIGINT may call it.
class CancelToken {
 public:
  CancelToken();

  void request() const noexcept;
  [[nodiscard]] bool requested() const noexcept;

 private:
  std::shared_ptr<std::atomic<bool>> flag_;
};

}  // namespace isthmus
