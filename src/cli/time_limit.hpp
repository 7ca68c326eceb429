#pragma once

#include <condition_variable>
#include <mutex>
#include <optional>
#include <thread>

#include "isthmus/core/cancel_token.hpp"

namespace isthmus::cli {

/// A token that is requested once a time is over, or another token is: the part of a verb's work
/// that may be left undecided looks at it, while the verb itself goes on.
class TimeLimit {
 public:
  /// @param outer    What the user's interrupt requests.
  /// @param seconds  From now on, >= 0; empty: no limit, and the token is `outer` itself.
  TimeLimit(CancelToken outer, std::optional<double> seconds);
  ~TimeLimit();
  TimeLimit(const TimeLimit&) = delete;
  TimeLimit& operator=(const TimeLimit&) = delete;

  [[nodiscard]] const CancelToken& token() const noexcept { return token_; }
  /// The time is over: whatever is cancelled was so by the limit, not by the user.
  [[nodiscard]] bool over() const { return token_.requested() && !outer_.requested(); }

 private:
  void watch(double seconds);

  CancelToken outer_;
  CancelToken token_;
  std::mutex lock_;
  std::condition_variable ended_;
  bool done_ = false;
  std::thread watcher_;
};

}  // namespace isthmus::cli
