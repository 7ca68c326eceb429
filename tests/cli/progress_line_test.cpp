#include "progress_line.hpp"

#include <string>

#include <gmock/gmock.h>

namespace isthmus::cli::progress_line_test {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

/// A progress line whose clock and stream the test holds.
struct Stage {
  double now = 100.0;
  std::string written;

  ProgressLine::Options options(ShowProgress show, bool terminal) {
    return {.show = show,
            .terminal = terminal,
            .columns = 80,
            .write = [this](std::string_view text) { written += text; },
            .seconds = [this] { return now; }};
  }
};

TEST(ProgressLine, WaitsASecondOnATerminal) {
  Stage stage;
  ProgressLine line(stage.options(ShowProgress::kAuto, true));
  stage.now += 0.99;
  line.report({.what = "epochs", .done = 1, .total = 10});
  EXPECT_EQ(stage.written, "");
  stage.now += 0.02;
  line.report({.what = "epochs", .done = 5, .total = 10});
  EXPECT_EQ(stage.written, "\repochs  [##########----------]  5/10  2 s left\x1b[K");
}

TEST(ProgressLine, RedrawsAtMostTenTimesASecond) {
  Stage stage;
  ProgressLine line(stage.options(ShowProgress::kAlways, true));
  int drawn = 0;
  for (int step = 0; step < 1000; ++step) {  // 10 s of work in steps of 10 ms
    stage.now += 0.01;
    stage.written.clear();
    line.report({.what = "epochs", .done = step, .total = 1000});
    drawn += stage.written.empty() ? 0 : 1;
  }
  EXPECT_LE(drawn, 101);
  EXPECT_GE(drawn, 80);
}

TEST(ProgressLine, ErasesItselfAtTheEnd) {
  Stage stage;
  {
    ProgressLine line(stage.options(ShowProgress::kAlways, true));
    line.report({.what = "sets", .done = 1});
    stage.written.clear();
  }
  EXPECT_EQ(stage.written, "\r\x1b[K");
}

TEST(ProgressLine, ErasesNothingThatItDidNotDraw) {
  Stage stage;
  { const ProgressLine line(stage.options(ShowProgress::kAuto, true)); }
  EXPECT_EQ(stage.written, "");
}

TEST(ProgressLine, PrintsAPlainLinePer30SecondsElsewhere) {
  Stage stage;
  ProgressLine line(stage.options(ShowProgress::kAuto, false));
  for (int second = 1; second <= 65; ++second) {
    stage.now += 1.0;
    line.report({.what = "epochs", .done = second, .total = 100, .detail = "val accuracy 0.8"});
  }
  EXPECT_EQ(stage.written,
            "epochs  [######--------------]  30/100  70 s left  val accuracy 0.8\n"
            "epochs  [############--------]  60/100  40 s left  val accuracy 0.8\n");
}

TEST(ProgressLine, IsSilentWhenNever) {
  Stage stage;
  ProgressLine line(stage.options(ShowProgress::kNever, true));
  stage.now += 100.0;
  line.report({.what = "epochs", .done = 1, .total = 2});
  EXPECT_EQ(stage.written, "");
}

TEST(ProgressText, FitsTheTerminal) {
  const std::string text = progress_text(
      {.what = "epochs", .done = 1, .total = 3, .detail = std::string(200, 'x')}, 1.0, 40);
  EXPECT_EQ(text.size(), 39U);
}

TEST(ProgressText, CountsWhereTheTotalIsUnknown) {
  EXPECT_EQ(progress_text({.what = "graphs", .done = 7}, 1.0, 80), "graphs  7");
}

TEST(ProgressText, SurvivesMoreDoneThanTotal) {
  EXPECT_EQ(progress_text({.what = "epochs", .done = 9, .total = 3}, 1.0, 80),
            "epochs  [####################]  9/3");
}

}  // namespace
}  // namespace isthmus::cli::progress_line_test
