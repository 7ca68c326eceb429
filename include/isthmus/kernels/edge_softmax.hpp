#pragma once

#include <cstdint>

#include "isthmus/kernels/segment_sum.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// A permutation of edges: slot -> position, 32 or 64 bits wide; neither given: the identity.
struct EdgeOrder {
  const std::int32_t* narrow = nullptr;
  const std::int64_t* wide = nullptr;
};

/// The rows of a CSR structure, and where their edges stand in the caller's order. The edge in slot
/// s stands at position positions[slots[s]]: for a CSR, `slots` is the identity and `positions` the
/// graph's eid; for its transpose, `slots` leads back to the slots of the CSR.
struct RowEdges {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  EdgeOrder slots;
  EdgeOrder positions;
  /// Row r has one more edge, from r itself, after its others; it stands at position nnz + r.
  bool self_loops = false;
};

/// Softmax over the edges of each row, per head:
///
///     p_eh = exp(s_eh - m_ih) / sum over edges e' of row i of exp(s_e'h - m_ih),   m = row maximum
///
/// Scores and results lie in the caller's order of edges. A row whose scores are all -infinity
/// gives zeros; NaN or +infinity gives NaN to its row and head. Rows are taken in blocks of
/// kBlockEdges edges, the sum rescaled as the maximum grows. Each row belongs to one thread; the
/// same bits at every SIMD level and for any thread count.
template <typename T>
struct EdgeSoftmax {
  RowEdges edges;  ///< Without self_loops.
  std::int64_t heads = 1;
  const T* score = nullptr;  ///< [nnz, heads], contiguous.
  T* out = nullptr;          ///< [nnz, heads], contiguous; not the scores.
};
/// @throws InvalidArgument  if heads < 0 or self_loops are asked for.
void edge_softmax(const EdgeSoftmax<float>& args, RowRanges chunks);
void edge_softmax(const EdgeSoftmax<double>& args, RowRanges chunks);

/// ds_eh = p_eh (g_eh - sum over edges e' of the row of p_e'h g_e'h), for grad g = dL/dp.
template <typename T>
struct EdgeSoftmaxBackward {
  RowEdges edges;
  std::int64_t heads = 1;
  const T* p = nullptr;
  const T* grad = nullptr;  ///< [nnz, heads], contiguous.
  T* out = nullptr;         ///< [nnz, heads], contiguous.
};
void edge_softmax_backward(const EdgeSoftmaxBackward<float>& args, RowRanges chunks);
void edge_softmax_backward(const EdgeSoftmaxBackward<double>& args, RowRanges chunks);

/// Edges of a row that are worked on together.
inline constexpr std::int64_t kBlockEdges = 64;

}  // namespace isthmus::kernels
