#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <vector>

#include <tbb/task_arena.h>

#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::core_detail {

/// What thread_budget.cpp and parallel_chunks.cpp share: one instance per process.
struct ProcessState {
  std::atomic<int> budget{0};  ///< Threads of the living ThreadBudget, 0 without one.
  std::mutex mutex;            ///< Guards everything below.
  bool budget_alive = false;
  std::vector<std::function<void(int)>> pools;
  std::shared_ptr<tbb::task_arena> arena;  ///< As wide as the budget; made on first use.
  std::shared_ptr<const ParallelExecutor> executor;
};

/// The static of an inline function with default visibility is one object even where two shared
/// libraries each contain this room. Never destroyed: another static's destructor may still need
/// it.
[[gnu::visibility("default")]] inline ProcessState& process_state() {
  static auto* const state = new ProcessState;
  return *state;
}

/// Whether this thread is inside a body of parallel_chunks; one per thread and process likewise.
[[gnu::visibility("default")]] inline bool& inside_chunk() noexcept {
  static thread_local bool inside = false;
  return inside;
}

}  // namespace isthmus::core_detail
