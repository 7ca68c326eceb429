#pragma once

#include <cstdint>
#include <functional>

namespace isthmus {

/// Runs body(chunk) for every chunk in [0, num_chunks), each exactly once, on the threads of the
/// current ThreadBudget. Which thread runs which chunk, and in which order, is free: bodies write
/// disjoint memory and never depend on it. An exception thrown by a body is rethrown here once (the
/// one of the lowest chunk that threw). A call from inside a body runs serially.
///
/// The backend is TBB until set_parallel_executor() installs another (libisthmus-nn installs ATen's
/// team, so that only one pool is wide). The backend cannot change a result bit.
void parallel_chunks(std::int64_t num_chunks, const std::function<void(std::int64_t)>& body);

/// Backend of parallel_chunks: must run body(c) for each c in [0, num_chunks), and return when all
/// are done. Bodies given to it never throw.
using ParallelExecutor =
    std::function<void(std::int64_t num_chunks, const std::function<void(std::int64_t)>& body)>;

/// Installs an executor; an empty one restores TBB. Not to be called while chunks run.
void set_parallel_executor(ParallelExecutor executor);

/// True inside a body of parallel_chunks.
[[nodiscard]] bool in_parallel_chunks() noexcept;

}  // namespace isthmus
