#pragma once

#include <type_traits>

#include "isthmus/kernels/simd_level.hpp"

#include "simd/kernel_table.hpp"

namespace isthmus::kernels {

/// The kernels of one level. @throws InvalidArgument  if the CPU lacks it.
[[nodiscard]] const KernelTable& kernels_at(SimdLevel level);

/// The kernels of simd_level().
[[nodiscard]] const KernelTable& active_kernels();

/// The kernels of one element type.
template <typename T>
[[nodiscard]] const TypedKernels<T>& active_kernels_of() {
  if constexpr (std::is_same_v<T, float>) {
    return active_kernels().f32;
  } else {
    return active_kernels().f64;
  }
}

}  // namespace isthmus::kernels
