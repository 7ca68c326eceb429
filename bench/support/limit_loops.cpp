// Compiled once per SIMD level, with ISTHMUS_BENCH_LEVEL = scalar, avx2 or avx512.

#include "limit_loops.hpp"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace isthmus::bench {
namespace {

#if defined(__AVX512F__)
constexpr int kLanes = 16;
#elif defined(__AVX2__)
constexpr int kLanes = 8;
#else
constexpr int kLanes = 4;
#endif
/// As many accumulators as the row kernels hold.
constexpr int kMostVectors = 8;

template <int kWidth>
struct Lanes {
  using Vec [[gnu::vector_size(kWidth * 4), gnu::aligned(4), gnu::may_alias]] = float;
};

template <typename Vec>
Vec load(const float* p) {
  return *reinterpret_cast<const Vec*>(p);
}

template <int kWidth, int kVectors>
float replay_panel(const Replay& args, std::int64_t column) {
  using Vec = typename Lanes<kWidth>::Vec;
  const float* const x = args.x + column;
  Vec acc[kVectors] = {};
  for (std::int64_t edge = args.begin; edge < args.end; ++edge) {
    if (args.prefetch > 0) {
      const std::int64_t ahead = edge + args.prefetch;
      const auto* next = reinterpret_cast<const char*>(
          x + args.col[ahead < args.last_edge ? ahead : args.last_edge] * args.width);
#pragma GCC unroll 8
      for (int byte = 0; byte < kVectors * kWidth * 4; byte += 64) {
        __builtin_prefetch(next + byte, 0, 3);
      }
    }
    const float* const row = x + args.col[edge] * args.width;
#pragma GCC unroll 8
    for (int v = 0; v < kVectors; ++v) {
      acc[v] += load<Vec>(row + v * kWidth);
    }
  }
  float sum = 0.0F;
  for (int v = 0; v < kVectors; ++v) {
    for (int lane = 0; lane < kWidth; ++lane) {
      sum += acc[v][lane];
    }
  }
  return sum;
}

/// Finds the instance for `width` columns, at most kMostVectors vectors of them.
template <int kWidth, int kVectors = kMostVectors>
float replay_columns(const Replay& args, std::int64_t column, std::int64_t width) {
  if constexpr (kVectors > 1) {
    if (width < kVectors * kWidth) {
      return replay_columns<kWidth, kVectors - 1>(args, column, width);
    }
  }
  return replay_panel<kWidth, kVectors>(args, column);
}

template <int kWidth>
float replay_panels(const Replay& args) {
  float sum = 0.0F;
  constexpr std::int64_t kPanel = kWidth * kMostVectors;
  for (std::int64_t column = 0; column < args.width; column += kPanel) {
    const std::int64_t rest = args.width - column;
    sum += replay_columns<kWidth>(args, column, rest < kPanel ? rest : kPanel);
  }
  return sum;
}

float replay(const Replay& args) {
  return args.width % kLanes == 0 ? replay_panels<kLanes>(args) : replay_panels<4>(args);
}

void write(float* out, std::int64_t count) {
  using Vec = Lanes<kLanes>::Vec;
  for (std::int64_t i = 0; i < count; i += kLanes) {
    *reinterpret_cast<Vec*>(out + i) = Vec{} + 1.0F;
  }
}

void write_past_cache(float* out, std::int64_t count) {
#if defined(__AVX512F__)
  for (std::int64_t i = 0; i < count; i += kLanes) {
    _mm512_stream_ps(out + i, _mm512_set1_ps(1.0F));
  }
  _mm_sfence();
#elif defined(__x86_64__)
  for (std::int64_t i = 0; i < count; i += 4) {
    _mm_stream_ps(out + i, _mm_set1_ps(1.0F));
  }
  _mm_sfence();
#else
  write(out, count);
#endif
}

float read(const float* x, std::int64_t count) {
  using Vec = Lanes<kLanes>::Vec;
  constexpr int kAtOnce = 16 / kLanes * 4;
  Vec acc[kAtOnce] = {};
  std::int64_t i = 0;
  for (; i + kAtOnce * kLanes <= count; i += kAtOnce * kLanes) {
#pragma GCC unroll 16
    for (int v = 0; v < kAtOnce; ++v) {
      acc[v] += load<Vec>(x + i + v * kLanes);
    }
  }
  float sum = 0.0F;
  for (; i < count; ++i) {
    sum += x[i];
  }
  for (int v = 0; v < kAtOnce; ++v) {
    for (int lane = 0; lane < kLanes; ++lane) {
      sum += acc[v][lane];
    }
  }
  return sum;
}

void copy(const float* x, float* out, std::int64_t count) {
  using Vec = Lanes<kLanes>::Vec;
  for (std::int64_t i = 0; i < count; i += kLanes) {
    *reinterpret_cast<Vec*>(out + i) = load<Vec>(x + i);
  }
}

constexpr int kChains = 12;  // latency 4, two units, and some to spare

float multiply_add(std::int64_t rounds) {
  using Vec = Lanes<kLanes>::Vec;
  Vec acc[kChains];
  for (int v = 0; v < kChains; ++v) {
    acc[v] = Vec{} + static_cast<float>(v);
  }
  const Vec factor = Vec{} + 0.5F;
  for (std::int64_t round = 0; round < rounds; ++round) {
#pragma GCC unroll 12
    for (int v = 0; v < kChains; ++v) {
      acc[v] = acc[v] * factor + factor;
    }
  }
  float sum = 0.0F;
  for (int v = 0; v < kChains; ++v) {
    for (int lane = 0; lane < kLanes; ++lane) {
      sum += acc[v][lane];
    }
  }
  return sum;
}

}  // namespace

#define ISTHMUS_BENCH_JOIN(a, b) a##b
#define ISTHMUS_BENCH_NAME(level) ISTHMUS_BENCH_JOIN(limit_loops_, level)

LimitLoops ISTHMUS_BENCH_NAME(ISTHMUS_BENCH_LEVEL)() {
  return {&replay, &write, &write_past_cache, &read, &copy, &multiply_add, 2 * kChains * kLanes};
}

}  // namespace isthmus::bench
