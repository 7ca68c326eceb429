#pragma once

// The one place that knows LibTorch's versions: 1.13 (Debian 12) to 2.15 (pip wheel).

#include <cstddef>
#include <type_traits>

#include <ATen/core/Tensor.h>
#include <c10/core/Allocator.h>
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

/// An allocator by its one function; what LibTorch asks of it besides changed with 2.3.
class CpuAllocator : public c10::Allocator {
 public:
  [[nodiscard]] virtual c10::DataPtr make(std::size_t bytes) const = 0;

#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 3)
  c10::DataPtr allocate(std::size_t bytes) final { return make(bytes); }
  void copy_data(void* to, const void* from, std::size_t bytes) const final {
    default_copy_data(to, from, bytes);
  }
#else
  c10::DataPtr allocate(std::size_t bytes) const final { return make(bytes); }
#endif
};

}  // namespace isthmus::ops::shim
