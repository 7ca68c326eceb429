#pragma once

#include <cstdint>

namespace isthmus::train {

/// How the learning rate falls.
enum class Decay : std::uint8_t {
  kNone,
  kStep,     ///< base * factor^floor(epoch / step_size)
  kCosine,   ///< base * (1 + cos(pi epoch / max_epoch)) / 2
  kPlateau,  ///< * factor after more than `patience` epochs in a row without a better loss
};

/// Options of Scheduler.
struct SchedulerOptions {
  Decay decay = Decay::kNone;
  double base_lr = 0.01;
  std::int64_t step_size = 50;   ///< kStep, >= 1
  double factor = 0.5;           ///< kStep, kPlateau, [0, 1]
  std::int64_t max_epoch = 200;  ///< kCosine, >= 1
  std::int64_t patience = 10;    ///< kPlateau, >= 0
  double min_lr = 0.0;           ///< kPlateau: floor
};

/// What a plateau scheduler remembers; part of a checkpoint.
struct SchedulerState {
  double lr = 0.0;
  double best = 0.0;  ///< Lowest loss seen; only once `started`.
  bool started = false;
  std::int64_t bad_epochs = 0;
};

/// Learning rates by torch's formulas (StepLR, CosineAnnealingLR, ReduceLROnPlateau with relative
/// threshold 1e-4), in closed form where there is one: no error accumulates, and a resumed run
/// needs only the epoch.
class Scheduler {
 public:
  explicit Scheduler(const SchedulerOptions& options);

  /// Rate of an epoch, epochs from 0. For kPlateau: of the epoch after the last observe().
  [[nodiscard]] double lr(std::int64_t epoch) const;
  /// Tells kPlateau the loss after an epoch; the others ignore it. A NaN counts as not better.
  void observe(double loss);
  /// True once kPlateau stands at min_lr > 0: nothing more will be learnt.
  [[nodiscard]] bool exhausted() const;

  [[nodiscard]] const SchedulerState& state() const noexcept { return state_; }
  void restore(const SchedulerState& state) noexcept { state_ = state; }

 private:
  SchedulerOptions options_;
  SchedulerState state_;
};

}  // namespace isthmus::train
