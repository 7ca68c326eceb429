#pragma once

#include <cstdint>

#include "isthmus/kernels/column_stats.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// The law of one dropout mask: element (row, column) is kept when word column % 4 of
/// philox4x32((row, first_block + column / 4, layer, step), seed) is >= threshold = floor(p 2^32).
/// Its factor is `scale` = 1 / (1 - p) when kept, else 0; values are multiplied, so NaN stays NaN.
struct DropoutLaw {
  std::uint32_t threshold = 0;
  double scale = 1.0;
  std::uint64_t seed = 0;
  std::uint32_t layer = 0;
  std::uint32_t step = 0;
  std::uint32_t first_block = 0;  ///< Of column 0, where x holds columns of a wider matrix.
};

/// The law for probability p. @throws InvalidArgument  unless 0 <= p < 1.
[[nodiscard]] DropoutLaw dropout_law(double p, std::uint64_t seed, std::uint32_t layer,
                                     std::uint32_t step);

/// out = x times the factors. @pre x.rows and x.columns are below 2^32.
template <typename T>
struct Dropout {
  Rows<T> x;
  DropoutLaw law;
  T* out = nullptr;
  std::int64_t out_stride = 0;
  /// [x.rows] The number that row r goes by in the law, such as the id of a node before nodes were
  /// reordered; none: r.
  const std::int32_t* row_id = nullptr;
};
void dropout(const Dropout<float>& args);
void dropout(const Dropout<double>& args);

/// Which elements the mask of a matrix keeps, as bits: bit c % 32 of word c / 32 of row r is set
/// where (r, c) is kept. For masks that many passes share: drawing one costs as much as the pass.
struct DropoutMarks {
  std::int64_t rows = 0;
  std::int64_t columns = 0;
  DropoutLaw law;
  std::uint32_t* words = nullptr;        ///< [rows, mark_words(columns)], written.
  const std::int32_t* row_id = nullptr;  ///< [rows] As in Dropout.
};
void dropout_marks(const DropoutMarks& args);

/// Words of a row of marks.
[[nodiscard]] std::int64_t mark_words(std::int64_t columns);

/// Dropout for the stored entries of a sparse matrix: entry e of row r takes the factor of element
/// (r, col_e), so that sparse and dense dropout of equal matrices are equal.
template <typename T>
struct SparseDropout {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  std::int64_t rows = 0;
  const T* value = nullptr;  ///< [nnz]
  DropoutLaw law;
  T* out = nullptr;                      ///< [nnz]
  const std::int32_t* row_id = nullptr;  ///< [rows] As in Dropout.
};
void sparse_dropout(const SparseDropout<float>& args);
void sparse_dropout(const SparseDropout<double>& args);

}  // namespace isthmus::kernels
