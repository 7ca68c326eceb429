#pragma once

// The one place that knows LibTorch's versions: 1.13 (Debian 12) to 2.15 (pip wheel).

#include <type_traits>

#include <ATen/core/Tensor.h>
#include <torch/version.h>

namespace isthmus::ops::shim {

/// Elements for reading. From 2.1 on, asking for a mutable pointer may copy lazily cloned storage.
template <typename T>
[[nodiscard]] const T* read(const at::Tensor& tensor) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
  return tensor.const_data_ptr<T>();
#else
  return tensor.data_ptr<T>();
#endif
}

/// Elements for writing.
template <typename T>
[[nodiscard]] T* write(const at::Tensor& tensor) {
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 1)
  return tensor.mutable_data_ptr<T>();
#else
  return tensor.data_ptr<T>();
#endif
}

}  // namespace isthmus::ops::shim
