#pragma once

#include <cstddef>
#include <string_view>

namespace isthmus::kernels {

/// Instruction sets that kernels are written for, narrowest first. `kScalar` is the specification:
/// every other level is tested against it, bit for bit.
enum class SimdLevel { kScalar, kAvx2, kAvx512 };

/// "scalar", "avx2" or "avx512".
[[nodiscard]] std::string_view simd_level_name(SimdLevel level) noexcept;

/// The CPU (and the build: other architectures know kScalar only) can run this level.
/// kAvx2 needs AVX2 and FMA, kAvx512 needs AVX-512 F, BW, VL and DQ.
[[nodiscard]] bool simd_level_available(SimdLevel level) noexcept;

/// The level that all kernels run at: the widest available, or what ISTHMUS_SIMD says
/// (auto, scalar, avx2, avx512). Decided at the first call.
/// @throws InvalidArgument  if ISTHMUS_SIMD has another value or asks for what the CPU lacks: a
///                          forced level is never lowered silently.
[[nodiscard]] SimdLevel simd_level();

/// Runs all kernels at `level` from now on. For tests and benchmarks, which compare levels inside
/// one process; not to be called while kernels run.
/// @throws InvalidArgument  if the level is not available.
void set_simd_level(SimdLevel level);

/// Edges between a row's prefetch and its use, 0 = none, for a gathered table of `table_bytes`: 16,
/// or 0 where the table fits the L2 cache. ISTHMUS_PREFETCH = off or 0..256 overrides both; read at
/// the first call. Prefetching never changes a result.
/// @throws InvalidArgument  if ISTHMUS_PREFETCH has another value.
[[nodiscard]] int prefetch_distance(std::size_t table_bytes);

}  // namespace isthmus::kernels
