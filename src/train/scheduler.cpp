#include "isthmus/train/scheduler.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace isthmus::train {
namespace {

/// torch's ReduceLROnPlateau: a loss counts as better below best * (1 - threshold).
constexpr double kThreshold = 1e-4;

}  // namespace

Scheduler::Scheduler(const SchedulerOptions& options) : options_(options) {
  state_.lr = options.base_lr;
}

double Scheduler::lr(std::int64_t epoch) const {
  switch (options_.decay) {
    case Decay::kStep: {
      const std::int64_t decays = epoch / options_.step_size;
      return options_.base_lr * std::pow(options_.factor, static_cast<double>(decays));
    }
    case Decay::kCosine:
      return options_.base_lr *
             (1.0 + std::cos(std::numbers::pi * static_cast<double>(epoch) /
                             static_cast<double>(options_.max_epoch))) /
             2.0;
    case Decay::kPlateau:
      return state_.lr;
    case Decay::kNone:
      break;
  }
  return options_.base_lr;
}

void Scheduler::observe(double loss) {
  if (options_.decay != Decay::kPlateau) {
    return;
  }
  if (!std::isnan(loss) && (!state_.started || loss < state_.best * (1.0 - kThreshold))) {
    state_.best = loss;
    state_.started = true;
    state_.bad_epochs = 0;
    return;
  }
  ++state_.bad_epochs;
  if (state_.bad_epochs > options_.patience) {
    state_.lr = std::max(state_.lr * options_.factor, options_.min_lr);
    state_.bad_epochs = 0;
  }
}

bool Scheduler::exhausted() const {
  return options_.decay == Decay::kPlateau && options_.min_lr > 0.0 && state_.lr <= options_.min_lr;
}

}  // namespace isthmus::train
