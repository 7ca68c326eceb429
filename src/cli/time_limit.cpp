#include "time_limit.hpp"

#include <chrono>
#include <utility>

namespace isthmus::cli {

TimeLimit::TimeLimit(CancelToken outer, std::optional<double> seconds) : outer_(std::move(outer)) {
  if (!seconds) {
    token_ = outer_;
    return;
  }
  if (*seconds <= 0.0) {
    token_.request();
    return;
  }
  watcher_ = std::thread([this, limit = *seconds] { watch(limit); });
}

TimeLimit::~TimeLimit() {
  {
    const std::lock_guard<std::mutex> guard(lock_);
    done_ = true;
  }
  ended_.notify_all();
  if (watcher_.joinable()) {
    watcher_.join();
  }
}

void TimeLimit::watch(double seconds) {
  // The outer token is a bare flag that a signal sets: it has to be looked at.
  constexpr std::chrono::milliseconds kGlance{20};
  using Clock = std::chrono::steady_clock;
  const auto end = Clock::now() + std::chrono::duration<double>(seconds);
  std::unique_lock<std::mutex> guard(lock_);
  while (!done_ && !outer_.requested() && Clock::now() < end) {
    ended_.wait_for(guard,
                    std::min<Clock::duration>(
                        kGlance, std::chrono::duration_cast<Clock::duration>(end - Clock::now())));
  }
  if (!done_) {
    token_.request();
  }
}

}  // namespace isthmus::cli
