#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <ctime>
#include <vector>

#include "isthmus/graph/graph.hpp"

/// What the benchmarks of rewiring share.
namespace isthmus::bench {

/// What some work took.
struct Seconds {
  double wall = 0.0;
  double cpu = 0.0;  ///< Of all threads: what a busy machine does not change much.
};

/// What went by since it was made or last asked.
class StopWatch {
 public:
  Seconds lap() {
    const auto now = std::chrono::steady_clock::now();
    const std::clock_t cpu = std::clock();
    const Seconds lap{std::chrono::duration<double>(now - last_).count(),
                      static_cast<double>(cpu - last_cpu_) / CLOCKS_PER_SEC};
    last_ = now;
    last_cpu_ = cpu;
    return lap;
  }

 private:
  std::chrono::steady_clock::time_point last_ = std::chrono::steady_clock::now();
  std::clock_t last_cpu_ = std::clock();
};

template <typename Work>
Seconds seconds_of(const Work& work) {
  StopWatch watch;
  work();
  return watch.lap();
}

/// The run of median CPU time.
inline Seconds median(std::vector<Seconds> runs) {
  std::sort(runs.begin(), runs.end(), [](Seconds a, Seconds b) { return a.cpu < b.cpu; });
  return runs[runs.size() / 2];
}

inline double median(std::vector<double> values) {
  std::sort(values.begin(), values.end());
  return values.empty() ? 0.0 : values[values.size() / 2];
}

inline double least(const std::vector<double>& values) {
  return values.empty() ? 0.0 : *std::min_element(values.begin(), values.end());
}

/// Edges that a peer adds one by one, beside the steps of ours: milliseconds of CPU, and the ratio.
/// @return false, and says so, if an edge differs.
template <typename Peer, typename Steps>
bool compare_with_peer(Peer& peer, std::int64_t edges, const Steps& steps,
                       const std::vector<double>& ours) {
  StopWatch watch;
  std::vector<double> theirs;
  for (std::int64_t k = 0; k < edges; ++k) {
    const Edge edge = peer.add();
    theirs.push_back(1e3 * watch.lap().cpu);
    if (edge != steps[static_cast<std::size_t>(k)].edge) {
      std::printf("edge %lld differs: %d-%d\n", static_cast<long long>(k), edge.u, edge.v);
      return false;
    }
  }
  std::printf("peer  %.1f ms an edge (least %.1f); equal edges: %lld; ratio %.1f\n", median(theirs),
              least(theirs), static_cast<long long>(edges), median(theirs) / median(ours));
  return true;
}

}  // namespace isthmus::bench
