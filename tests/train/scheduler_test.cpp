#include "isthmus/train/scheduler.hpp"

#include <cmath>

#include <gtest/gtest.h>

namespace isthmus::train::scheduler_test {
namespace {

SchedulerOptions with(Decay decay) {
  SchedulerOptions options;
  options.decay = decay;
  options.base_lr = 0.08;
  return options;
}

TEST(Scheduler, NoneKeepsTheBaseRate) {
  const Scheduler scheduler(with(Decay::kNone));
  EXPECT_EQ(scheduler.lr(0), 0.08);
  EXPECT_EQ(scheduler.lr(1000), 0.08);
}

TEST(Scheduler, StepMultipliesEveryStepSizeEpochs) {
  SchedulerOptions options = with(Decay::kStep);
  options.step_size = 50;
  const Scheduler scheduler(options);
  EXPECT_EQ(scheduler.lr(49), 0.08);
  EXPECT_EQ(scheduler.lr(50), 0.04);
  EXPECT_EQ(scheduler.lr(149), 0.02);
  EXPECT_EQ(scheduler.lr(150), 0.01);
}

TEST(Scheduler, CosineFallsToZeroOverTheRun) {
  SchedulerOptions options = with(Decay::kCosine);
  options.max_epoch = 100;
  const Scheduler scheduler(options);
  EXPECT_EQ(scheduler.lr(0), 0.08);
  EXPECT_NEAR(scheduler.lr(50), 0.04, 1e-15);
  EXPECT_NEAR(scheduler.lr(25), 0.04 * (1.0 + std::sqrt(0.5)), 1e-15);  // cos(pi/4)
  EXPECT_NEAR(scheduler.lr(100), 0.0, 1e-15);
}

// patience 1: the second bad epoch in a row halves the rate.
TEST(Scheduler, PlateauWaitsForItsPatienceThenDecaysAndStopsAtTheFloor) {
  SchedulerOptions options = with(Decay::kPlateau);
  options.patience = 1;
  options.min_lr = 0.02;
  Scheduler scheduler(options);
  scheduler.observe(1.0);
  scheduler.observe(0.99995);  // better by less than 1e-4 relative: bad
  EXPECT_EQ(scheduler.lr(7), 0.08);
  scheduler.observe(1.5);  // bad again
  EXPECT_EQ(scheduler.lr(7), 0.04);
  scheduler.observe(0.5);  // better: the count starts anew
  scheduler.observe(NAN);  // a NaN is not better
  EXPECT_EQ(scheduler.lr(7), 0.04);
  EXPECT_FALSE(scheduler.exhausted());
  scheduler.observe(0.6);
  EXPECT_EQ(scheduler.lr(7), 0.02);
  EXPECT_TRUE(scheduler.exhausted());

  Scheduler resumed(options);
  resumed.restore(scheduler.state());
  EXPECT_EQ(resumed.lr(7), 0.02);
}

}  // namespace
}  // namespace isthmus::train::scheduler_test
