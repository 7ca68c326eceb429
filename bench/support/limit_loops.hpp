#pragma once

#include <cstdint>

// Loops that show what the machine can do, at one SIMD level each. Plain data only: limit_loops.cpp
// is compiled once per level.

namespace isthmus::bench {

/// acc += X[col[e]] for e in [begin, end), in order: no rows, no stores.
struct Replay {
  const std::int32_t* col = nullptr;
  const float* x = nullptr;
  std::int64_t width = 0;  ///< Of x, a multiple of 4; rows are adjacent.
  std::int64_t begin = 0;
  std::int64_t end = 0;
  std::int64_t last_edge = 0;  ///< Prefetches are clamped here.
  std::int64_t prefetch = 0;   ///< Edges ahead, 0 = none.
};

struct LimitLoops {
  float (*replay)(const Replay& args) = nullptr;
  /// Writes out[0 .. count), count a multiple of 16, out aligned to 64 bytes.
  void (*write)(float* out, std::int64_t count) = nullptr;
  void (*write_past_cache)(float* out, std::int64_t count) = nullptr;
  float (*read)(const float* x, std::int64_t count) = nullptr;
  void (*copy)(const float* x, float* out, std::int64_t count) = nullptr;
  /// `rounds` times flops_per_round operations in registers.
  float (*multiply_add)(std::int64_t rounds) = nullptr;
  std::int64_t flops_per_round = 0;
};

[[nodiscard]] LimitLoops limit_loops_scalar();
[[nodiscard]] LimitLoops limit_loops_avx2();
[[nodiscard]] LimitLoops limit_loops_avx512();

}  // namespace isthmus::bench
