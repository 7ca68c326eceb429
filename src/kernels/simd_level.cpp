#include "isthmus/kernels/simd_level.hpp"

#include <array>
#include <atomic>
#include <charconv>
#include <cstdlib>
#include <optional>
#include <string>

#include <unistd.h>

#include "isthmus/core/error.hpp"

#include "dispatch.hpp"

namespace isthmus::kernels {
namespace {

constexpr std::array<SimdLevel, 3> kLevels = {SimdLevel::kScalar, SimdLevel::kAvx2,
                                              SimdLevel::kAvx512};
constexpr int kDefaultPrefetch = 16;
constexpr int kMostPrefetch = 256;
constexpr std::size_t kUnknownL2 = std::size_t{1} << 20U;

/// Each level starts from the one below it, and replaces the kernels that it has.
std::array<KernelTable, 3> fill_tables() {
  std::array<KernelTable, 3> tables{};
  fill_segment_sum_scalar(tables[0]);
  fill_panel_gemm_scalar(tables[0]);
  fill_attention_scalar(tables[0]);
  fill_rows_scalar(tables[0]);
  fill_segment_extreme_scalar(tables[0]);
  fill_segment_variance_scalar(tables[0]);
  tables[1] = tables[0];
  tables[2] = tables[0];
#if defined(__x86_64__)
  fill_segment_sum_avx2(tables[1]);
  fill_panel_gemm_avx2(tables[1]);
  fill_attention_avx2(tables[1]);
  fill_rows_avx2(tables[1]);
  fill_segment_extreme_avx2(tables[1]);
  fill_segment_variance_avx2(tables[1]);
  tables[2] = tables[1];
  fill_segment_sum_avx512(tables[2]);
  fill_panel_gemm_avx512(tables[2]);
  fill_attention_avx512(tables[2]);
  fill_rows_avx512(tables[2]);
  fill_segment_extreme_avx512(tables[2]);
  fill_segment_variance_avx512(tables[2]);
#endif
  return tables;
}

/// Set by set_simd_level(); -1 leaves the choice to the environment.
std::atomic<int> forced_level{-1};

SimdLevel level_from_environment() {
  // The library never calls setenv, and a program that does so beside running threads is at fault.
  const char* variable = std::getenv("ISTHMUS_SIMD");  // NOLINT(concurrency-mt-unsafe)
  const std::string text = variable == nullptr ? "auto" : variable;
  if (text == "auto") {
    SimdLevel widest = SimdLevel::kScalar;
    for (const SimdLevel level : kLevels) {
      widest = simd_level_available(level) ? level : widest;
    }
    return widest;
  }
  for (const SimdLevel level : kLevels) {
    if (text == simd_level_name(level)) {
      if (!simd_level_available(level)) {
        throw InvalidArgument("simd_level: ISTHMUS_SIMD must name a level of this CPU, got \"" +
                                  text + "\", which it lacks",
                              "unset ISTHMUS_SIMD to use the widest level there is");
      }
      return level;
    }
  }
  throw InvalidArgument("simd_level: ISTHMUS_SIMD must be auto, scalar, avx2 or avx512, got \"" +
                        text + "\"");
}

/// The distance that ISTHMUS_PREFETCH asks for, if it asks.
std::optional<int> prefetch_from_environment() {
  const char* variable = std::getenv("ISTHMUS_PREFETCH");  // NOLINT(concurrency-mt-unsafe)
  if (variable == nullptr) {
    return std::nullopt;
  }
  const std::string text = variable;
  if (text == "off") {
    return 0;
  }
  int distance = -1;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), distance);
  if (error != std::errc{} || end != text.data() + text.size() || distance < 0 ||
      distance > kMostPrefetch) {
    throw InvalidArgument("prefetch_distance: ISTHMUS_PREFETCH must be off or 0.." +
                          std::to_string(kMostPrefetch) + ", got \"" + text + "\"");
  }
  return distance;
}

std::size_t l2_bytes() {
  const long bytes = sysconf(_SC_LEVEL2_CACHE_SIZE);
  return bytes > 0 ? static_cast<std::size_t>(bytes) : kUnknownL2;
}

}  // namespace

std::string_view simd_level_name(SimdLevel level) noexcept {
  constexpr std::array<std::string_view, 3> kNames = {"scalar", "avx2", "avx512"};
  return kNames[static_cast<std::size_t>(level)];
}

bool simd_level_available(SimdLevel level) noexcept {
  if (level == SimdLevel::kScalar) {
    return true;
  }
#if defined(__x86_64__)
  const bool avx2 = __builtin_cpu_supports("avx2") != 0 && __builtin_cpu_supports("fma") != 0;
  if (level == SimdLevel::kAvx2) {
    return avx2;
  }
  return avx2 && __builtin_cpu_supports("avx512f") != 0 &&
         __builtin_cpu_supports("avx512bw") != 0 && __builtin_cpu_supports("avx512vl") != 0 &&
         __builtin_cpu_supports("avx512dq") != 0;
#else
  return false;
#endif
}

SimdLevel simd_level() {
  const int forced = forced_level.load(std::memory_order_acquire);
  if (forced >= 0) {
    return static_cast<SimdLevel>(forced);
  }
  static const SimdLevel chosen = level_from_environment();
  return chosen;
}

void set_simd_level(SimdLevel level) {
  (void)kernels_at(level);  // throws if the CPU lacks it
  forced_level.store(static_cast<int>(level), std::memory_order_release);
}

const KernelTable& kernels_at(SimdLevel level) {
  static const std::array<KernelTable, 3> tables = fill_tables();
  if (!simd_level_available(level)) {
    throw InvalidArgument("set_simd_level: level must be one that this CPU has, got " +
                          std::string(simd_level_name(level)));
  }
  return tables[static_cast<std::size_t>(level)];
}

const KernelTable& active_kernels() { return kernels_at(simd_level()); }

int prefetch_distance(std::size_t table_bytes) {
  static const std::optional<int> forced = prefetch_from_environment();
  static const std::size_t cache = l2_bytes();
  if (forced.has_value()) {
    return *forced;
  }
  return table_bytes <= cache ? 0 : kDefaultPrefetch;
}

}  // namespace isthmus::kernels
