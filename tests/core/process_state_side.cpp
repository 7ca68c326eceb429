// Compiled twice, into two shared libraries that each contain the whole room core.
#include "process_state_side.hpp"

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/thread_budget.hpp"

namespace isthmus::test {

[[gnu::visibility("default")]] Side ISTHMUS_TEST_SIDE() {
  return {.budget = [] { return current_thread_budget(); },
          .with_budget =
              [](int num_threads, const std::function<void()>& body) {
                const ThreadBudget budget(num_threads);
                body();
              },
          .set_executor =
              [](bool count, int* calls) {
                if (!count) {
                  set_parallel_executor({});
                  return;
                }
                set_parallel_executor([calls](std::int64_t n, const auto& body) {
                  ++*calls;
                  for (std::int64_t c = 0; c < n; ++c) {
                    body(c);
                  }
                });
              },
          .run = [](std::int64_t n,
                    const std::function<void(std::int64_t)>& body) { parallel_chunks(n, body); },
          .inside = [] { return in_parallel_chunks(); }};
}

}  // namespace isthmus::test
