#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/progress.hpp"

#include "spares.hpp"

namespace isthmus::rewiring {

/// Who hears of edges that are done, and may end the work.
struct EdgeListener {
  const char* function;
  std::int64_t total;
  const ProgressCallback& progress;
  const CancelToken& cancel;

  /// @throws Interrupted  naming `function`, on cancel.
  void operator()(std::int64_t done) const {
    if (cancel.requested()) {
      throw Interrupted(std::string(function) + ": interrupted after " + std::to_string(done) +
                        " of " + std::to_string(total) + " edges");
    }
    report_progress(progress, {.what = "edges", .done = done, .total = total});
  }
};

/// body(memory, e) for each e in 0 .. count-1, in parallel. `tell(done)` is called now and then
/// from this thread, and at the end; what it throws ends the work.
template <typename Memory, typename Tell, typename Body>
void for_edges(std::int64_t count, Spares<Memory>& spares, const Tell& tell, const Body& body) {
  constexpr std::int64_t kEdgesOfChunk = 16;
  constexpr std::int64_t kChunksOfGroup = 256;
  const std::int64_t chunks = (count + kEdgesOfChunk - 1) / kEdgesOfChunk;
  for (std::int64_t first = 0; first < chunks; first += kChunksOfGroup) {
    tell(first * kEdgesOfChunk);
    parallel_chunks(std::min(kChunksOfGroup, chunks - first), [&](std::int64_t chunk) {
      spares.with([&](Memory& memory) {
        const std::int64_t begin = (first + chunk) * kEdgesOfChunk;
        for (std::int64_t e = begin; e < std::min(count, begin + kEdgesOfChunk); ++e) {
          body(memory, e);
        }
      });
    });
  }
  tell(count);
}

}  // namespace isthmus::rewiring
