#pragma once

#include <cstddef>

#include "isthmus/formats/json.hpp"

namespace isthmus::bench {

/// Bytes of the caches, as the system reports them: L2 of one core, and the last level.
[[nodiscard]] std::size_t l2_bytes();
[[nodiscard]] std::size_t last_level_bytes();

/// What figures depend on: CPU and its flags, caches, SIMD level, compiler, LibTorch and BLAS, mode
/// of transparent huge pages, cores.
[[nodiscard]] formats::Json describe_machine();

/// The same as lines of text on stdout.
void print_machine(const formats::Json& machine);

/// VmHWM of this process, in bytes: the most that was ever resident, or since reset_peak_rss().
[[nodiscard]] std::size_t peak_rss();
void reset_peak_rss();

}  // namespace isthmus::bench
