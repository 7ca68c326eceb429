#include "isthmus/core/progress.hpp"

#include <string>

#include <gtest/gtest.h>

#include "isthmus/core/error.hpp"

namespace isthmus::progress_test {
namespace {

TEST(ReportProgress, HandsTheEventOn) {
  std::string seen;
  report_progress(
      [&seen](const ProgressEvent& event) {
        seen = std::string(event.what) + " " + std::to_string(event.done) + "/" +
               std::to_string(event.total) + " " + std::string(event.detail);
      },
      {.what = "epochs", .done = 3, .total = 200, .detail = "loss 0.5"});
  EXPECT_EQ(seen, "epochs 3/200 loss 0.5");
}

TEST(ReportProgress, DoesNothingWhenNobodyListens) { report_progress({}, {.what = "epochs"}); }

TEST(ReportProgress, LetsACallbackStopTheRun) {
  EXPECT_THROW(report_progress([](const ProgressEvent&) { throw Interrupted("enough"); }, {}),
               Interrupted);
}

}  // namespace
}  // namespace isthmus::progress_test
