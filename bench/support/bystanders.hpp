#pragma once

#include <chrono>

namespace isthmus::bench {

/// What others did on this machine since the object was made: a measurement counts only where they
/// left the cores alone. Runnable tasks would be the wrong thing to count, since the teams of a
/// contestant that has just finished spin on for some milliseconds.
class Bystanders {
 public:
  Bystanders();

  /// Share of the time of all cores that went to processes other than this one and its children,
  /// and to the hypervisor's other guests. In [0, 1]; the clock behind it ticks each 10 ms.
  [[nodiscard]] double share() const;

 private:
  std::chrono::steady_clock::time_point start_;
  double busy_ = 0.0;
  double own_ = 0.0;
};

/// More than this share, and a line gets neither ratio nor verdict.
inline constexpr double kCrowded = 0.05;

}  // namespace isthmus::bench
