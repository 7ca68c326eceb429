#pragma once

#include <cstdint>
#include <string_view>
#include <variant>

#include <ATen/core/Tensor.h>

#include "isthmus/ops/dropout.hpp"
#include "isthmus/ops/sparse_matrix.hpp"

namespace isthmus::layers {

/// Node features [N, C]: a dense tensor, or a constant sparse matrix such as a bag of words. Sparse
/// features stay sparse up to the first Linear, forward and backward.
using NodeInput = std::variant<at::Tensor, ops::SparseMatrix>;

[[nodiscard]] std::int64_t num_rows(const NodeInput& x);
[[nodiscard]] std::int64_t num_cols(const NodeInput& x);
[[nodiscard]] at::ScalarType scalar_type(const NodeInput& x);
[[nodiscard]] bool is_sparse(const NodeInput& x);

/// The features as a tensor: itself, or [N, C] filled from the sparse matrix.
[[nodiscard]] at::Tensor to_dense(const NodeInput& x);

/// Dropout on the entries of x (on the stored ones if sparse: the same law, zeros stay zero).
[[nodiscard]] NodeInput dropout(const NodeInput& x, double p, const ops::DropoutKey& key);

/// x W' + b for either form; `bias` may be undefined.
[[nodiscard]] at::Tensor project(const NodeInput& x, const at::Tensor& weight,
                                 const at::Tensor& bias);

/// Refuses anything but a floating [N, `channels`] with N = `rows` (any N if rows < 0).
/// @throws c10::Error  naming `who`, the shape expected and the shape received.
void check_shape(std::string_view who, const NodeInput& x, std::int64_t rows,
                 std::int64_t channels);

}  // namespace isthmus::layers
