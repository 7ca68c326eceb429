#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"

namespace isthmus {

/// Values made ahead of their use: make(first), make(first + 1), ... make(end - 1), one after the
/// other, on a background thread that stays at most `depth` values ahead of next().
///
/// The background thread counts as a body of parallel_chunks: what make() calls runs serially
/// there, so that only the caller's pool is wide. Without more than one thread in the ThreadBudget,
/// inside a parallel body, or with depth 0 there is no such thread, and next() calls make() itself.
/// Values and their order are the same.
///
/// An exception of make(i) comes out of the next() that would have returned that value; nothing
/// follows it. The destructor waits for the value under way, at most, and drops what was made.
/// make() must not refer to what dies before this object. One thread at a time may call next().
template <class T>
class Prefetch {
 public:
  using Make = std::function<T(std::int64_t)>;

  /// @throws InvalidArgument  if first > end or depth < 0.
  Prefetch(std::int64_t first, std::int64_t end, Make make, std::int64_t depth = 2)
      : make_(std::move(make)), at_(first), end_(end), depth_(depth) {
    if (first > end) {
      throw InvalidArgument("Prefetch: first must be <= end, which is " + std::to_string(end) +
                            ", got " + std::to_string(first));
    }
    if (depth < 0) {
      throw InvalidArgument("Prefetch: depth must be >= 0, got " + std::to_string(depth));
    }
    if (depth > 0 && first < end && current_thread_budget() > 1 && !in_parallel_chunks()) {
      thread_ = std::thread([this] { run(); });
    }
  }
  ~Prefetch() {
    if (thread_.joinable()) {
      {
        const std::lock_guard lock(mutex_);
        stop_ = true;
      }
      room_.notify_one();
      thread_.join();
    }
  }
  Prefetch(const Prefetch&) = delete;
  Prefetch& operator=(const Prefetch&) = delete;

  /// The next value; nothing after the last one or after an exception.
  [[nodiscard]] std::optional<T> next() { return thread_.joinable() ? take() : make_here(); }
  /// Whether a thread of its own makes the values.
  [[nodiscard]] bool in_background() const noexcept { return thread_.joinable(); }

 private:
  std::optional<T> make_here() {
    if (at_ == end_) {
      return std::nullopt;
    }
    const std::int64_t i = std::exchange(at_, end_);  // stands if make() throws
    std::optional<T> value(make_(i));
    at_ = i + 1;
    return value;
  }

  std::optional<T> take() {
    std::unique_lock lock(mutex_);
    ready_.wait(lock, [this] { return !values_.empty() || finished_; });
    if (values_.empty()) {
      if (const std::exception_ptr failure = std::exchange(failure_, nullptr)) {
        std::rethrow_exception(failure);
      }
      return std::nullopt;
    }
    std::optional<T> value(std::move(values_.front()));
    values_.pop_front();
    lock.unlock();
    room_.notify_one();
    return value;
  }

  void run() noexcept {
    std::exception_ptr failure;
    try {
      parallel_chunks(1, [this](std::int64_t) { make_all(); });
    } catch (...) {
      failure = std::current_exception();
    }
    {
      const std::lock_guard lock(mutex_);
      failure_ = std::move(failure);
      finished_ = true;
    }
    ready_.notify_one();
  }

  void make_all() {
    for (; at_ < end_; ++at_) {
      {
        std::unique_lock lock(mutex_);
        room_.wait(lock,
                   [this] { return stop_ || static_cast<std::int64_t>(values_.size()) < depth_; });
        if (stop_) {
          return;
        }
      }
      T value = make_(at_);
      {
        const std::lock_guard lock(mutex_);
        values_.push_back(std::move(value));
      }
      ready_.notify_one();
    }
  }

  Make make_;
  std::int64_t at_;  ///< Of whoever calls make_.
  std::int64_t end_;
  std::int64_t depth_;
  std::mutex mutex_;  ///< Guards what follows.
  std::condition_variable ready_;
  std::condition_variable room_;
  std::deque<T> values_;
  std::exception_ptr failure_;
  bool finished_ = false;
  bool stop_ = false;
  std::thread thread_;
};

}  // namespace isthmus
