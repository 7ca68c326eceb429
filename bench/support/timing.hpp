#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "isthmus/formats/json.hpp"

#include "options.hpp"

namespace isthmus::bench {

/// One timed run.
struct Sample {
  double wall_ms = 0.0;
  double cpu_ms = 0.0;  ///< Of the calling thread: less than wall where it had to wait for a core.
};

/// Runs `work` once under both clocks.
[[nodiscard]] Sample timed(const std::function<void()>& work);

/// Milliseconds of one run.
[[nodiscard]] double milliseconds(const std::function<void()>& work);

/// What is known of the runs of one contestant, in milliseconds.
struct Summary {
  int runs = 0;
  double min = 0.0;
  double median = 0.0;
  double iqr = 0.0;  ///< Distance of the quartiles.
  double cpu = 0.0;  ///< Median of the calling thread's clock.
};

[[nodiscard]] Summary summarise(const std::vector<Sample>& samples);

/// Who takes part, and what it did.
struct Contestant {
  std::string name;
  std::function<Sample()> run;
  bool may_settle = false;     ///< Stops early when hopelessly slower than the first contestant.
  bool other_process = false;  ///< Let our own threads fall asleep before its turn, and after.
  double first_ms = 0.0;       ///< The first call of all.
  std::vector<Sample> samples = {};

  [[nodiscard]] Summary summary() const { return summarise(samples); }
};

/// Rules of a contest.
struct Rules {
  int warm_ups = 10;
  double warm_seconds = 0.5;  ///< Warming up ends with the runs or the time, what comes first.
  int repetitions = 20;
  double settle = 4.0;
  /// Of one repetition of all; fewer repetitions (3 at least) rather than more than this.
  double seconds = 1e9;
  std::function<void()> before_each = {};  ///< Outside the clock, e.g. flush_caches.
};

/// The rules that the options ask for.
[[nodiscard]] Rules rules_of(const Options& options);

/// Runs all in turns A B C C B A A B C ..., so that drift of the machine hits all alike. Returns
/// the share of the cores that others took meanwhile (bystanders.hpp).
[[nodiscard]] double hold_contest(std::vector<Contestant>& contestants, const Rules& rules);

/// Overwrites `bytes` by all threads, so that what was in the caches is no more.
void flush_caches(std::size_t bytes);

/// {"wall_ms": [...], "cpu_ms": [...], "first_ms": ...}
[[nodiscard]] formats::Json to_json(const Contestant& contestant);

}  // namespace isthmus::bench
