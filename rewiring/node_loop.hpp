#pragma once

#include <algorithm>
#include <cstdint>
#include <memory>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"

#include "index.hpp"
#include "spares.hpp"

namespace isthmus::rewiring {

/// Nodes of a chunk. Work from one node costs whole balls: few nodes keep all threads busy.
inline constexpr std::int64_t kNodesOfChunk = 16;
[[nodiscard]] inline std::int64_t chunks_of(std::int64_t nodes) {
  return (nodes + kNodesOfChunk - 1) / kNodesOfChunk;
}

/// Who listens to a loop over nodes, and who may end it.
struct NodeLoop {
  const ProgressCallback& progress;
  const CancelToken& cancel;
};

/// body(workspace, chunk, first, last) for nodes in fixed chunks [first, last) of 0..count-1, each
/// chunk once, in parallel. `make()` gives a fresh workspace; bodies leave theirs as they found it,
/// so that it does not matter who used it before. Reports nodes done, from this thread.
/// @return false if the loop was cancelled: some chunks were not visited then.
template <typename Make, typename Body>
[[nodiscard]] bool for_node_chunks(std::int64_t count, const NodeLoop& loop, const Make& make,
                                   const Body& body) {
  constexpr std::int64_t kReports = 32;
  const std::int64_t chunks = chunks_of(count);
  const std::int64_t round = std::max<std::int64_t>(64, (chunks + kReports - 1) / kReports);
  using Workspace = decltype(make());
  Spares<Workspace> spares([&] { return std::make_unique<Workspace>(make()); });
  for (std::int64_t begin = 0; begin < chunks && !loop.cancel.requested(); begin += round) {
    const std::int64_t end = std::min(chunks, begin + round);
    parallel_chunks(end - begin, [&](std::int64_t offset) {
      if (loop.cancel.requested()) {
        return;
      }
      const std::int64_t chunk = begin + offset;
      spares.with([&](Workspace& workspace) {
        body(workspace, chunk, chunk * kNodesOfChunk, std::min(count, (chunk + 1) * kNodesOfChunk));
      });
    });
    report_progress(
        loop.progress,
        {.what = "nodes", .done = std::min(count, end * kNodesOfChunk), .total = count});
  }
  return !loop.cancel.requested();
}

/// What the chunks found, in their order.
template <typename T>
[[nodiscard]] std::vector<T> joined(std::vector<std::vector<T>> parts) {
  std::size_t size = 0;
  for (const std::vector<T>& part : parts) {
    size += part.size();
  }
  std::vector<T> all;
  all.reserve(size);
  for (std::vector<T>& part : parts) {
    all.insert(all.end(), part.begin(), part.end());
    part = {};
  }
  return all;
}

}  // namespace isthmus::rewiring
