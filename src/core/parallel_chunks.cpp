#include "isthmus/core/parallel_chunks.hpp"

#include <algorithm>
#include <atomic>
#include <exception>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "isthmus/core/error.hpp"
#include "isthmus/core/thread_budget.hpp"

#include "process_state.hpp"

namespace isthmus {
namespace {

using core_detail::inside_chunk;
using core_detail::process_state;
using Body = std::function<void(std::int64_t)>;

class InsideChunk {
 public:
  InsideChunk() noexcept : before_(std::exchange(inside_chunk(), true)) {}
  ~InsideChunk() { inside_chunk() = before_; }
  InsideChunk(const InsideChunk&) = delete;
  InsideChunk& operator=(const InsideChunk&) = delete;

 private:
  bool before_;
};

/// Runs bodies that may throw for an executor whose bodies may not. Chunks above the lowest failure
/// are skipped; lower ones still run, so the failure that is kept does not depend on the order.
class Guard {
 public:
  explicit Guard(const Body& body) : body_(body) {}

  void run(std::int64_t chunk) noexcept {
    if (chunk > lowest_failed_.load(std::memory_order_relaxed)) {
      return;
    }
    const InsideChunk inside;
    try {
      body_(chunk);
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (chunk < lowest_failed_.load(std::memory_order_relaxed)) {
        lowest_failed_.store(chunk, std::memory_order_relaxed);
        failure_ = std::current_exception();
      }
    }
  }

  void rethrow() const {
    if (failure_) {
      std::rethrow_exception(failure_);
    }
  }

 private:
  const Body& body_;
  std::atomic<std::int64_t> lowest_failed_{std::numeric_limits<std::int64_t>::max()};
  std::mutex mutex_;
  std::exception_ptr failure_;
};

void run_serially(std::int64_t num_chunks, const Body& body) {
  const InsideChunk inside;
  for (std::int64_t chunk = 0; chunk < num_chunks; ++chunk) {
    body(chunk);
  }
}

/// Runs task() num_tasks times at once.
template <typename Task>
void run_tasks(tbb::task_arena& arena, int num_tasks, const Task& task) {
#if defined(__SANITIZE_THREAD__)
  // TBB's library is not instrumented: ThreadSanitizer cannot see the order it makes between caller
  // and workers. Plain threads show it our bodies with nothing to suppress.
  static_cast<void>(arena);
  std::vector<std::jthread> threads;
  for (int i = 1; i < num_tasks; ++i) {
    threads.emplace_back(task);
  }
  task();
#else
  arena.execute([&] {
    tbb::parallel_for(
        0, num_tasks, [&](int) { task(); }, tbb::simple_partitioner());
  });
#endif
}

/// One task per thread; tasks draw chunks from a counter, so a slow chunk delays nobody else's.
void run_on_arena(tbb::task_arena& arena, int num_threads, std::int64_t num_chunks,
                  const Body& body) {
  const int num_tasks = static_cast<int>(std::min<std::int64_t>(num_threads, num_chunks));
  std::atomic<std::int64_t> next{0};
  run_tasks(arena, num_tasks, [&] {
    std::int64_t chunk = next.fetch_add(1, std::memory_order_relaxed);
    while (chunk < num_chunks) {
      body(chunk);
      chunk = next.fetch_add(1, std::memory_order_relaxed);
    }
  });
}

}  // namespace

void parallel_chunks(std::int64_t num_chunks, const Body& body) {
  if (num_chunks < 0) {
    throw InvalidArgument("parallel_chunks: num_chunks must be >= 0, got " +
                          std::to_string(num_chunks));
  }
  if (num_chunks <= 1 || in_parallel_chunks()) {
    run_serially(num_chunks, body);
    return;
  }
  auto& state = process_state();
  const int num_threads = current_thread_budget();
  std::shared_ptr<const ParallelExecutor> executor;
  std::shared_ptr<tbb::task_arena> arena;
  {
    const std::lock_guard lock(state.mutex);
    executor = state.executor;
    if (!executor && num_threads > 1) {
      if (!state.arena) {
        state.arena = std::make_shared<tbb::task_arena>(num_threads);
      }
      arena = state.arena;
    }
  }
  if (!executor && !arena) {
    run_serially(num_chunks, body);
    return;
  }
  Guard guard(body);
  const Body guarded = [&guard](std::int64_t chunk) { guard.run(chunk); };
  if (executor) {
    (*executor)(num_chunks, guarded);
  } else {
    run_on_arena(*arena, num_threads, num_chunks, guarded);
  }
  guard.rethrow();
}

void set_parallel_executor(ParallelExecutor executor) {
  auto& state = process_state();
  std::shared_ptr<const ParallelExecutor> installed;
  if (executor) {
    installed = std::make_shared<const ParallelExecutor>(std::move(executor));
  }
  const std::lock_guard lock(state.mutex);
  state.executor = std::move(installed);
}

bool in_parallel_chunks() noexcept { return inside_chunk(); }

}  // namespace isthmus
