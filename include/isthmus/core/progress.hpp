#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace isthmus {

/// One report of long work: `done` of `total` units of `what` ("epochs", "graphs"); total is -1
/// when unknown. Called from the thread that runs the work, never concurrently; the library itself
/// never prints. `detail` may carry a short text such as "val accuracy 0.81".
struct ProgressEvent {
  std::string_view what = {};
  std::int64_t done = 0;
  std::int64_t total = -1;
  std::string_view detail = {};
};

/// Receives progress; an empty function means that nobody listens.
using ProgressCallback = std::function<void(const ProgressEvent&)>;

/// Calls `callback` unless it is empty. What it throws passes through: a callback may stop a run.
void report_progress(const ProgressCallback& callback, const ProgressEvent& event);

}  // namespace isthmus
