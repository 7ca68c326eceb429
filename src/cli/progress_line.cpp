#include "progress_line.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

namespace isthmus::cli {
namespace {

constexpr double kFirstAfter = 1.0;
constexpr double kRedrawAfter = 0.1;
constexpr double kLineAfter = 30.0;
constexpr int kBarWidth = 20;

}  // namespace

ProgressLine::ProgressLine(Options options)
    : options_(std::move(options)), started_(options_.seconds()), last_drawn_(started_) {
  if (options_.show == ShowProgress::kAlways) {
    last_drawn_ -= kLineAfter;
  } else if (options_.terminal) {
    last_drawn_ += kFirstAfter - kRedrawAfter;
  }
}

ProgressLine::~ProgressLine() { erase(); }

void ProgressLine::report(const ProgressEvent& event) {
  if (options_.show == ShowProgress::kNever) {
    return;
  }
  const double now = options_.seconds();
  if (now - last_drawn_ < (options_.terminal ? kRedrawAfter : kLineAfter)) {
    return;
  }
  last_drawn_ = now;
  const std::string text = progress_text(event, now - started_, options_.columns);
  if (options_.terminal) {
    options_.write("\r" + text + "\x1b[K");
    drawn_ = true;
  } else {
    options_.write(text + "\n");
  }
}

void ProgressLine::erase() {
  if (drawn_) {
    options_.write("\r\x1b[K");
    drawn_ = false;
  }
}

std::string progress_text(const ProgressEvent& event, double elapsed, int columns) {
  std::string text(event.what);
  if (event.total > 0) {
    const double share =
        std::clamp(static_cast<double>(event.done) / static_cast<double>(event.total), 0.0, 1.0);
    const auto filled = static_cast<std::size_t>(share * kBarWidth);
    text += "  [" + std::string(filled, '#') + std::string(kBarWidth - filled, '-') + "]  " +
            std::to_string(event.done) + "/" + std::to_string(event.total);
    if (share > 0.0 && share < 1.0) {
      const double left = elapsed * (1.0 - share) / share;
      text += "  " + std::to_string(std::llround(std::ceil(left))) + " s left";
    }
  } else {
    text += "  " + std::to_string(event.done);
  }
  if (!event.detail.empty()) {
    text += "  ";
    text += event.detail;
  }
  // One column stays free: a full line would wrap, and \r could not take it back.
  return text.substr(0, static_cast<std::size_t>(std::max(columns - 1, 1)));
}

}  // namespace isthmus::cli
