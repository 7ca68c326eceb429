#pragma once

#include <functional>
#include <memory>

namespace isthmus {

/// Number of CPUs that this process may run on (the affinity mask, not the machine), at least 1.
[[nodiscard]] int available_cpus();

/// Owns the number of threads of the whole process while it lives: TBB's by a global_control, and
/// every pool that announced itself through add_thread_pool (ATen, BLAS: libisthmus-nn does so).
/// At most one ThreadBudget lives at a time; without one, parallel_chunks uses available_cpus().
///
/// @throws InvalidArgument  if num_threads < 1 or another budget is alive.
class ThreadBudget {
 public:
  explicit ThreadBudget(int num_threads);
  ~ThreadBudget();
  ThreadBudget(const ThreadBudget&) = delete;
  ThreadBudget& operator=(const ThreadBudget&) = delete;

  [[nodiscard]] int num_threads() const noexcept { return num_threads_; }

 private:
  int num_threads_;
  struct Control;
  std::unique_ptr<Control> control_;
};

/// Threads that parallel_chunks may use now.
[[nodiscard]] int current_thread_budget() noexcept;

/// Announces a pool: `resize` is called at once with the current budget and again at each change.
void add_thread_pool(std::function<void(int)> resize);

}  // namespace isthmus
