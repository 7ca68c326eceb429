#pragma once

// What every op needs: checks of arguments, rows in place, objects kept for backward.

#include <cstdint>
#include <utility>

#include <ATen/ATen.h>
#include <torch/csrc/autograd/custom_function.h>

#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/column_stats.hpp"
#include "isthmus/kernels/segment_sum.hpp"

#include "torch_shim.hpp"

namespace isthmus::ops {

using torch::autograd::AutogradContext;
using torch::autograd::variable_list;

/// x is a defined CPU matrix of float or double. Messages name the op and the argument.
void check_matrix(const char* op, const char* argument, const at::Tensor& x);

/// `like` undefined, or a CPU vector of `size` elements and the given type.
void check_vector(const char* op, const char* argument, const at::Tensor& vector, std::int64_t size,
                  at::ScalarType type);

/// x itself where a kernel can read its rows in place: last stride 1, rows not overlapping (column
/// slices are fine); else a contiguous copy (transposed and expanded tensors).
[[nodiscard]] at::Tensor with_plain_rows(const at::Tensor& x);

/// The distance of rows of with_plain_rows(); at least the width, also where a stride means
/// nothing.
[[nodiscard]] std::int64_t row_stride(const at::Tensor& x);

/// As the kernels want them; `chunks` must outlive the view.
[[nodiscard]] inline kernels::RowRanges ranges_of(const RowChunks& chunks) {
  return {chunks.first_row.data(), chunks.size()};
}

/// View of with_plain_rows(x); x must outlive it.
template <typename T>
[[nodiscard]] kernels::Rows<T> rows_of(const at::Tensor& x) {
  return {shim::read<T>(x), row_stride(x), x.size(0), x.size(1)};
}

/// Elements of a contiguous vector, or none if undefined.
template <typename T>
[[nodiscard]] const T* read_or_none(const at::Tensor& x) {
  return x.defined() ? shim::read<T>(x) : nullptr;
}

/// Calls body(T{}) with T the element type of x, which check_matrix() has restricted.
template <typename Body>
void with_element_type(const at::Tensor& x, const Body& body) {
  if (x.scalar_type() == at::kFloat) {
    body(float{});
  } else {
    body(double{});
  }
}

/// Throws when backward runs for a graph of its own (create_graph), which `op` does not support.
void refuse_double_backward(const char* op);

template <typename T>
struct Held : torch::CustomClassHolder {
  explicit Held(T object) : value(std::move(object)) {}
  T value;
};

/// Keeps any object for backward; tensors go through save_for_backward instead.
template <typename T>
void hold(AutogradContext* ctx, const char* key, T value) {
  ctx->saved_data[key] = c10::IValue::make_capsule(c10::make_intrusive<Held<T>>(std::move(value)));
}

template <typename T>
[[nodiscard]] const T& held(AutogradContext* ctx, const char* key) {
  // The context keeps the object alive beyond the temporary pointer.
  return static_cast<const Held<T>&>(*ctx->saved_data.at(key).toCapsule()).value;
}

/// Column sums of g [N, C] as a tensor [C]; differentiable. The gradient of a bias.
[[nodiscard]] at::Tensor sum_rows(const at::Tensor& g);

/// Sum of all products of two matrices of one shape, as a tensor of no dimension; differentiable.
[[nodiscard]] at::Tensor matrix_dot(const at::Tensor& a, const at::Tensor& b);

}  // namespace isthmus::ops
