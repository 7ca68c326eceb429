#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <utility>

#include <ATen/core/Tensor.h>

#include "isthmus/ops/dropout.hpp"

namespace isthmus::ops {

/// A constant sparse matrix in CSR form, such as a bag of words; cheap to copy, immutable. Entries
/// of a row may come in any order; those of the same position add up. Not a torch sparse tensor on
/// purpose (see message-passing: those change with every release).
class SparseMatrix {
 public:
  /// 0 x 0, float.
  SparseMatrix();
  /// @throws c10::Error if rowptr, col and value do not fit [rows, cols].
  SparseMatrix(std::int64_t rows, std::int64_t cols, std::span<const std::int64_t> rowptr,
               std::span<const std::int32_t> col, std::span<const float> value,
               at::ScalarType dtype = at::kFloat);

  [[nodiscard]] std::int64_t rows() const noexcept;
  [[nodiscard]] std::int64_t cols() const noexcept;
  [[nodiscard]] std::int64_t nnz() const noexcept;
  [[nodiscard]] at::ScalarType dtype() const noexcept;
  [[nodiscard]] at::Tensor values() const;    ///< [nnz]
  [[nodiscard]] at::Tensor to_dense() const;  ///< [rows, cols], for tests and small sets.

  /// Dropout on the stored entries: entry (row, column) takes the factor that dropout() gives this
  /// position of a dense matrix, so sparse and dense results agree bit for bit. The structure and
  /// its transpose are shared.
  [[nodiscard]] SparseMatrix dropout(double p, const DropoutKey& key) const;
  /// The given rows in the given order. @throws c10::Error naming the row outside [0, rows()).
  [[nodiscard]] SparseMatrix index_select(std::span<const std::int64_t> rows) const;

  struct Storage;  ///< Private to the ops room.
  [[nodiscard]] const std::shared_ptr<const Storage>& storage() const noexcept { return storage_; }

  explicit SparseMatrix(std::shared_ptr<const Storage> storage) : storage_(std::move(storage)) {}

 private:
  std::shared_ptr<const Storage> storage_;
};

/// y = X W' + b for a sparse X [N, in], weight [out, in], bias [out] or undefined. Gradients for
/// weight and bias. Time O(nnz * out), both ways; deterministic as linear().
[[nodiscard]] at::Tensor sparse_linear(const SparseMatrix& x, const at::Tensor& weight,
                                       const at::Tensor& bias);

}  // namespace isthmus::ops
