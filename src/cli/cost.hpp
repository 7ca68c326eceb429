#pragma once

#include <array>
#include <chrono>

#include "isthmus/formats/json.hpp"

namespace isthmus::cli {

/// What a part of a verb's time went into.
enum class Part { kRead, kCompute, kMetrics, kWrite };

/// Where the time of a verb goes, for the key `cost` of its document.
class Cost {
 public:
  Cost();

  /// Everything since the start, or since the last call, was spent on `part`.
  void spent_on(Part part);
  /// {threads, seconds{read, compute, metrics, write}, cpu_seconds, peak_bytes}, up to now.
  [[nodiscard]] formats::Json json() const;

 private:
  std::chrono::steady_clock::time_point last_;
  std::array<double, 4> seconds_ = {};
};

}  // namespace isthmus::cli
