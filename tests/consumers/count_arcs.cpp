// Uses libisthmus alone: Zachary's karate club has 78 edges, hence 156 arcs.
#include <cstdio>

#include "isthmus/datasets/load.hpp"

int main() {
  const auto karate = isthmus::datasets::load("karate", {});
  std::printf("%lld\n", static_cast<long long>(karate.num_arcs()));
}
