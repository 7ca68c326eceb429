#pragma once

#include <cstdint>

#include "isthmus/kernels/column_stats.hpp"
#include "isthmus/kernels/dropout.hpp"
#include "isthmus/kernels/edge_softmax.hpp"
#include "isthmus/kernels/segment_sum.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// How an edge j -> i is scored, per head, from the query of i and the key of j.
enum class AttentionScore : std::uint8_t {
  kAdditive,  ///< leaky_relu(query_ih + key_jh): GAT; query and key have one column per head
  kLeakyDot,  ///< sum over c of att_hc leaky_relu(query_ihc + key_jhc): GATv2
  kDot,       ///< scale times sum over c of query_ihc key_jhc: transformers
};

/// What both directions of attention() read. H heads of D channels; column h D + c of a table with
/// H D columns is channel c of head h.
template <typename T>
struct AttentionTerms {
  RowEdges edges;
  AttentionScore score = AttentionScore::kAdditive;
  std::int64_t heads = 1;     ///< H >= 1
  std::int64_t channels = 1;  ///< D >= 1
  Rows<T> query;              ///< [rows, H] for kAdditive, else [rows, H D]
  Rows<T> key;                ///< [sources, H] or [sources, H D]
  Rows<T> value;              ///< [sources, H D]
  const T* att = nullptr;     ///< [H D], kLeakyDot only.
  T slope = T{0};             ///< Of leaky_relu.
  T scale = T{1};             ///< kDot only.
  /// Of the weights after the softmax: edge position e and head h take the factor of element (e, h)
  /// of a matrix. Threshold 0: none. @pre positions are below 2^32.
  DropoutLaw dropout;
  std::int64_t prefetch = 0;  ///< Edges ahead, 0 = none; see prefetch_distance().
};

/// Fused attention over the edges of each row: score, softmax, dropout, weighted sum,
///
///     out_ihc = sum over edges j -> i of f_eh p_eh value_jhc,   p = softmax over the row of the
///     scores
///
/// with f the dropout factors. Stored beside the result are the row maximum and the row sum only;
/// nothing has the size of the edges. A row without edges, and one whose scores are all -infinity,
/// gives 0. Edges are taken in row order in blocks of kBlockEdges; dot products and sums over edges
/// run in 16 lanes combined in a fixed tree: the same bits at every SIMD level and thread count.
template <typename T>
struct Attention {
  AttentionTerms<T> terms;
  T* out = nullptr;  ///< [rows, H D], rows out_stride apart.
  std::int64_t out_stride = 0;
  T* row_max = nullptr;  ///< [rows, H], contiguous; -infinity for a row without edges.
  T* row_sum = nullptr;  ///< [rows, H], of exp(score - row_max), contiguous.
};
/// @throws InvalidArgument  if a size, a number of columns or a stride does not fit.
void attention(const Attention<float>& args, RowRanges chunks);
void attention(const Attention<double>& args, RowRanges chunks);

/// Gradients of attention(), in two passes that recompute the scores row by row: over the CSR for
/// what belongs to destinations, then over its transpose for what belongs to sources. With w_e =
/// grad_i . value_j and delta_i = grad_i . out_i, ds_e = p_e (f_e w_e - delta_i).
template <typename T>
struct AttentionBackward {
  AttentionTerms<T>
      terms;     ///< Of the CSR in the first pass, with the transpose's edges in the second.
  Rows<T> grad;  ///< [rows, H D], dL/dout
  Rows<T> out;   ///< What attention() gave.
  const T* row_max = nullptr;
  const T* row_sum = nullptr;
  /// [rows, 3 H]: maximum, inverse sum and delta of each row; the first pass writes, the second
  /// reads.
  T* state = nullptr;
  T* dquery = nullptr;  ///< First pass; as query, rows dquery_stride apart; or none.
  std::int64_t dquery_stride = 0;
  double* datt = nullptr;  ///< First pass, kLeakyDot: [H D]; or none.
  T* dkey = nullptr;       ///< Second pass; as key. kLeakyDot: none, it is part of dvalue.
  std::int64_t dkey_stride = 0;
  /// Second pass; as value. For kLeakyDot, where key and value are one table, the gradient of both.
  T* dvalue = nullptr;
  std::int64_t dvalue_stride = 0;
};
void attention_backward_rows(const AttentionBackward<float>& args, RowRanges chunks);
void attention_backward_rows(const AttentionBackward<double>& args, RowRanges chunks);
void attention_backward_sources(const AttentionBackward<float>& args, RowRanges chunks);
void attention_backward_sources(const AttentionBackward<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
