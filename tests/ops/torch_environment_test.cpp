#include "isthmus/ops/torch_environment.hpp"

#include <string>

#include <ATen/Parallel.h>
#include <gmock/gmock.h>
#include <torch/version.h>

#include "isthmus/kernels/simd_level.hpp"

namespace isthmus::ops {
namespace {

using ::testing::MatchesRegex;

TEST(TorchEnvironment, NamesTheLoadedLibraries) {
  const TorchEnvironment environment = torch_environment();
  EXPECT_EQ(environment.version, TORCH_VERSION);
  EXPECT_EQ(environment.threads, at::get_num_threads());
  EXPECT_GE(environment.blas_threads, 1);
  EXPECT_EQ(environment.simd, kernels::simd_level_name(kernels::simd_level()));
  // Both supported LibTorches have a BLAS that we know by name.
  EXPECT_THAT(environment.blas,
              MatchesRegex("(MKL [0-9]+\\.[0-9.]+|(MKL|OpenBLAS|BLIS|ATLAS|reference BLAS) .*)"));
}

TEST(TorchEnvironment, TimesAProduct) {
  const double seconds = product_seconds(64);
  EXPECT_GT(seconds, 0.0);
  EXPECT_LT(seconds, 10.0);
}

TEST(TorchEnvironment, RejectsAnEmptyProductAndSaysWhichSize) {
  EXPECT_THAT([] { (void)product_seconds(0); },
              ::testing::Throws<c10::Error>(::testing::Property(
                  &c10::Error::msg, ::testing::HasSubstr("n must be >= 1, got 0"))));
}

}  // namespace
}  // namespace isthmus::ops
