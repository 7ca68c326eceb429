#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

#include "isthmus/core/progress.hpp"

namespace isthmus::cli {

enum class ShowProgress { kAuto, kAlways, kNever };

/// Progress of long work on stderr. On a terminal one line, redrawn at most ten times a second and
/// erased at the end; elsewhere at most one line per 30 s. Auto waits a second (elsewhere 30 s)
/// before the first, so that quick work stays silent; always does not wait.
class ProgressLine {
 public:
  struct Options {
    ShowProgress show = ShowProgress::kAuto;
    bool terminal = false;
    int columns = 80;
    std::function<void(std::string_view)> write = {};  ///< Where text goes.
    std::function<double()> seconds = {};              ///< A clock that never goes back.
  };

  explicit ProgressLine(Options options);
  ~ProgressLine();
  ProgressLine(const ProgressLine&) = delete;
  ProgressLine& operator=(const ProgressLine&) = delete;

  void report(const ProgressEvent& event);
  /// Takes the line off the terminal: before other text, and at the end.
  void erase();

 private:
  Options options_;
  double started_;
  double last_drawn_;
  bool drawn_ = false;
};

/// The line for one event: "epochs  [#####-----]  100/200  12 s left  val accuracy 0.81", cut to
/// `columns`. `elapsed` is the time since the work began.
[[nodiscard]] std::string progress_text(const ProgressEvent& event, double elapsed, int columns);

}  // namespace isthmus::cli
