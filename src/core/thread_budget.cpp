#include "isthmus/core/thread_budget.hpp"

#include <cerrno>
#include <cstddef>
#include <string>
#include <utility>

#include <sched.h>
#include <tbb/global_control.h>

#include "isthmus/core/error.hpp"

#include "process_state.hpp"

namespace isthmus {
namespace {

using core_detail::process_state;

/// Sets the width of every pool. @pre the state's mutex is held.
void resize_pools(int num_threads) {
  auto& state = process_state();
  state.budget.store(state.budget_alive ? num_threads : 0, std::memory_order_relaxed);
  state.arena.reset();
  for (const auto& resize : state.pools) {
    resize(num_threads);
  }
}

int count_cpus() {
  // cpu_set_t holds 1024 CPUs; the kernel says EINVAL while its own mask is larger than ours.
  for (int capacity = CPU_SETSIZE; capacity <= (1 << 20); capacity *= 2) {
    cpu_set_t* const mask = CPU_ALLOC(static_cast<std::size_t>(capacity));
    if (mask == nullptr) {
      break;
    }
    const std::size_t bytes = CPU_ALLOC_SIZE(static_cast<std::size_t>(capacity));
    const bool known = sched_getaffinity(0, bytes, mask) == 0;
    const bool too_small = !known && errno == EINVAL;
    const int count = known ? CPU_COUNT_S(bytes, mask) : 0;
    CPU_FREE(mask);
    if (known && count > 0) {
      return count;
    }
    if (!too_small) {
      break;
    }
  }
  return 1;
}

}  // namespace

struct ThreadBudget::Control {
  explicit Control(int num_threads)
      : tbb(tbb::global_control::max_allowed_parallelism, static_cast<std::size_t>(num_threads)) {}
  tbb::global_control tbb;
};

int available_cpus() { return count_cpus(); }

ThreadBudget::ThreadBudget(int num_threads) : num_threads_(num_threads) {
  if (num_threads < 1) {
    throw InvalidArgument("ThreadBudget: num_threads must be >= 1, got " +
                          std::to_string(num_threads));
  }
  auto& state = process_state();
  const std::lock_guard lock(state.mutex);
  if (state.budget_alive) {
    throw InvalidArgument("ThreadBudget: at most one may live at a time, and one of " +
                          std::to_string(state.budget.load(std::memory_order_relaxed)) +
                          " threads does");
  }
  control_ = std::make_unique<Control>(num_threads);
  state.budget_alive = true;
  try {
    resize_pools(num_threads);
  } catch (...) {
    state.budget_alive = false;
    state.budget.store(0, std::memory_order_relaxed);
    throw;
  }
}

ThreadBudget::~ThreadBudget() {
  auto& state = process_state();
  const std::lock_guard lock(state.mutex);
  state.budget_alive = false;
  try {
    resize_pools(available_cpus());
  } catch (...) {
    // A pool that cannot be widened again stays narrow: slower, never wrong.
    static_cast<void>(0);
  }
}

int current_thread_budget() noexcept {
  const int budget = process_state().budget.load(std::memory_order_relaxed);
  if (budget > 0) {
    return budget;
  }
  static const int cpus = count_cpus();
  return cpus;
}

void add_thread_pool(std::function<void(int)> resize) {
  if (!resize) {
    throw InvalidArgument("add_thread_pool: resize must be callable, got an empty function");
  }
  auto& state = process_state();
  const std::lock_guard lock(state.mutex);
  resize(current_thread_budget());
  state.pools.push_back(std::move(resize));
}

}  // namespace isthmus
