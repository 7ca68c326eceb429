#include "isthmus/kernels/simd_level.hpp"

#include <cstdio>
#include <cstdlib>
#include <functional>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "isthmus/core/error.hpp"

#include "dispatch.hpp"

namespace isthmus::kernels::simd_level_test {
namespace {

using ::testing::ExitedWithCode;

constexpr int kReturned = 20;
constexpr int kThrew = 30;

/// Runs `ask` under a changed environment, as the first call of a fresh process; leaves with
/// kReturned + its answer, or with kThrew and the message on stderr.
void ask_with(const char* name, const char* value, const std::function<int()>& ask) {
  setenv(name, value, 1);  // NOLINT(concurrency-mt-unsafe): the child has one thread
  try {
    const int answer = ask();
    _exit(kReturned + answer);
  } catch (const InvalidArgument& error) {
    std::fputs(error.what(), stderr);
    _exit(kThrew + 20);
  }
}

int level() { return static_cast<int>(simd_level()); }

/// Whether a table of 1 GiB is prefetched at 16, at 0, or at another distance.
int distance() {
  const int edges = prefetch_distance(std::size_t{1} << 30U);
  return edges == 16 ? 1 : edges == 0 ? 0 : 2;
}

class SimdLevelDeathTest : public ::testing::Test {
 protected:
  void SetUp() override { GTEST_FLAG_SET(death_test_style, "threadsafe"); }
};

TEST_F(SimdLevelDeathTest, EnvironmentForcesALevel) {
  EXPECT_EXIT(ask_with("ISTHMUS_SIMD", "scalar", level), ExitedWithCode(kReturned + 0), "");
  if (!simd_level_available(SimdLevel::kAvx2)) {
    GTEST_SKIP() << "this CPU lacks avx2";
  }
  EXPECT_EXIT(ask_with("ISTHMUS_SIMD", "avx2", level), ExitedWithCode(kReturned + 1), "");
  if (!simd_level_available(SimdLevel::kAvx512)) {
    GTEST_SKIP() << "this CPU lacks avx512";
  }
  EXPECT_EXIT(ask_with("ISTHMUS_SIMD", "avx512", level), ExitedWithCode(kReturned + 2), "");
}

TEST_F(SimdLevelDeathTest, AutoTakesTheWidestLevel) {
  const int widest = simd_level_available(SimdLevel::kAvx512) ? 2
                     : simd_level_available(SimdLevel::kAvx2) ? 1
                                                              : 0;
  EXPECT_EXIT(ask_with("ISTHMUS_SIMD", "auto", level), ExitedWithCode(kReturned + widest), "");
}

TEST_F(SimdLevelDeathTest, UnknownLevelThrows) {
  EXPECT_EXIT(ask_with("ISTHMUS_SIMD", "AVX2", level), ExitedWithCode(kThrew + 20),
              "ISTHMUS_SIMD must be auto, scalar, avx2 or avx512, got \"AVX2\"");
  EXPECT_EXIT(ask_with("ISTHMUS_SIMD", "", level), ExitedWithCode(kThrew + 20), "got \"\"");
}

TEST_F(SimdLevelDeathTest, EnvironmentSetsThePrefetchDistance) {
  EXPECT_EXIT(ask_with("ISTHMUS_PREFETCH", "off", distance), ExitedWithCode(kReturned + 0), "");
  EXPECT_EXIT(ask_with("ISTHMUS_PREFETCH", "8", distance), ExitedWithCode(kReturned + 2), "");
  for (const char* wrong : {"", "on", "-1", "257", "8x"}) {
    EXPECT_EXIT(ask_with("ISTHMUS_PREFETCH", wrong, distance), ExitedWithCode(kThrew + 20),
                "ISTHMUS_PREFETCH must be off or 0..256, got");
  }
}

TEST(SimdLevel, PrefetchesLargeTablesOnly) {
  EXPECT_EQ(prefetch_distance(1024), 0);
  EXPECT_EQ(prefetch_distance(std::size_t{1} << 30U), 16);
}

TEST(SimdLevel, HasEveryKernelAtEveryLevel) {
  for (const SimdLevel level : {SimdLevel::kScalar, SimdLevel::kAvx2, SimdLevel::kAvx512}) {
    if (simd_level_available(level)) {
      const KernelTable& table = kernels_at(level);
      EXPECT_NE(table.f32.segment_sum, nullptr);
      EXPECT_NE(table.f64.segment_sum, nullptr);
      EXPECT_NE(table.f32.panel_gemm, nullptr);
      EXPECT_NE(table.f64.panel_gemm, nullptr);
    } else {
      EXPECT_THROW(set_simd_level(level), InvalidArgument);
      EXPECT_THROW((void)kernels_at(level), InvalidArgument);
    }
  }
}

TEST(SimdLevel, WiderLevelsReplaceTheKernelsThatTheyHave) {
  if (!simd_level_available(SimdLevel::kAvx512)) {
    GTEST_SKIP() << "this CPU lacks avx512";
  }
  EXPECT_NE(kernels_at(SimdLevel::kAvx2).f32.segment_sum,
            kernels_at(SimdLevel::kScalar).f32.segment_sum);
  EXPECT_NE(kernels_at(SimdLevel::kAvx512).f32.segment_sum,
            kernels_at(SimdLevel::kAvx2).f32.segment_sum);
}

TEST(SimdLevel, NamesLevelsAsTheEnvironmentDoes) {
  EXPECT_EQ(simd_level_name(SimdLevel::kScalar), "scalar");
  EXPECT_EQ(simd_level_name(SimdLevel::kAvx2), "avx2");
  EXPECT_EQ(simd_level_name(SimdLevel::kAvx512), "avx512");
  EXPECT_TRUE(simd_level_available(SimdLevel::kScalar));
}

}  // namespace
}  // namespace isthmus::kernels::simd_level_test
