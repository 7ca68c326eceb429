#pragma once

#include <cstdint>
#include <string>

namespace isthmus::ops {

/// What computes with tensors in this process.
struct TorchEnvironment {
  std::string version;  ///< Of LibTorch: "2.15.0".
  /// The library that multiplies dense matrices: "MKL 2024.2", "OpenBLAS (libopenblas.so.0)",
  /// "reference BLAS (libblas.so.3)". From what is loaded, not from how LibTorch was built: on a
  /// system LibTorch the BLAS is exchangeable.
  std::string blas;
  int blas_threads = 1;  ///< Width of the BLAS's pool now; ATen's where it has none of its own.
  int threads = 1;       ///< Width of ATen's pool now.
  std::string simd;      ///< Level that our own kernels run at: "avx2".
};
/// @throws InvalidArgument  if ISTHMUS_SIMD asks for what there is not.
[[nodiscard]] TorchEnvironment torch_environment();

/// Seconds for one float product [n, n] x [n, n], the best of three after one to warm up.
/// @throws c10::Error if n < 1.
[[nodiscard]] double product_seconds(std::int64_t n);

}  // namespace isthmus::ops
