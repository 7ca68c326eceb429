#pragma once

#include <cstdint>
#include <functional>

namespace isthmus::test {

/// The room core as one shared library sees it.
struct Side {
  int (*budget)();
  void (*with_budget)(int num_threads, const std::function<void()>& body);
  void (*set_executor)(bool count, int* calls);
  void (*run)(std::int64_t n, const std::function<void(std::int64_t)>& body);
  bool (*inside)();
};

Side first_side();
Side second_side();

}  // namespace isthmus::test
