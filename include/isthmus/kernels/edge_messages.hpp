#pragma once

#include <cstdint>

#include "isthmus/kernels/edge_map.hpp"

// Plain data only: the files of every SIMD level read this header (see src/kernels/README.md).

namespace isthmus::kernels {

/// What a message is made of: a row of x, a row of m, or both.
enum class MessageKind : std::uint8_t { kSource, kEdge, kAdd, kMultiply };

/// Messages that are computed where they are used and never stored. For the edge e of row i with
/// source j = col(e), columnwise:
///
///     raw_e     = x_j | m_e | x_j + m_e | x_j m_e
///     message_e = raw_e, or with relu: max(raw_e, 0) + eps   (NaN stays NaN)
template <typename T>
struct Messages {
  const std::int64_t* rowptr = nullptr;  ///< [rows + 1]
  const std::int32_t* col = nullptr;     ///< [nnz]
  EdgeOrder order;                       ///< Of the rows of m.
  MessageKind kind = MessageKind::kAdd;
  const T* x = nullptr;  ///< [sources, width]; not read by kEdge.
  std::int64_t x_stride = 0;
  const T* m = nullptr;  ///< [nnz, width]; not read by kSource.
  std::int64_t m_stride = 0;
  std::int64_t width = 0;
  bool relu = false;
  T eps = T{0};               ///< Only with relu.
  std::int64_t prefetch = 0;  ///< Edges ahead for x, 0 = none; see prefetch_distance().
};

/// out_i = row_scale_i (start_i + sum over the edges of row i, in order, of source_scale_j
/// message_e). One accumulator per element, rows split as in segment_sum(), empty rows give start
/// or 0; the same bits at every SIMD level.
template <typename T>
struct MessageSum {
  Messages<T> messages;
  const T* row_scale = nullptr;     ///< [rows] or none.
  const T* source_scale = nullptr;  ///< [sources] or none.
  const T* start = nullptr;         ///< [rows, width] or none; may be `out`.
  std::int64_t start_stride = 0;
  T* out = nullptr;  ///< [rows, width]
  std::int64_t out_stride = 0;
};
void message_sum(const MessageSum<float>& args, RowRanges chunks);
void message_sum(const MessageSum<double>& args, RowRanges chunks);

/// out_i = largest message, arg_i = its offset inside row i: the lowest of equal ones, the first
/// NaN. An empty row gives 0 and -1. The same bits at every SIMD level.
/// @pre rows have less than 2^31 edges.
template <typename T>
struct MessageMax {
  Messages<T> messages;
  T* out = nullptr;  ///< [rows, width]
  std::int64_t out_stride = 0;
  std::int32_t* arg = nullptr;  ///< [rows, width], contiguous.
};
void message_max(const MessageMax<float>& args, RowRanges chunks);
void message_max(const MessageMax<double>& args, RowRanges chunks);

/// Mean under softmax weights, per column: p_e = exp(t message_e - top_i) / sum over the row, where
/// top_i = max t message_e;
///
///     out_i = sum p_e message_e,  second_i = sum p_e message_e^2,  inverse_i = 1 / sum exp(...)
///
/// Empty rows give 0 everywhere. exp() is ours, within 2 ulp, so that all levels give equal bits.
template <typename T>
struct MessageSoftmax {
  Messages<T> messages;
  T t = T{1};
  T* out = nullptr;  ///< [rows, width]
  std::int64_t out_stride = 0;
  T* top = nullptr;      ///< [rows, width], contiguous; with `inverse`: what backward reads.
  T* inverse = nullptr;  ///< [rows, width], contiguous.
  T* second = nullptr;   ///< [rows, width], contiguous, or none: the gradient of t needs it.
};
void message_softmax(const MessageSoftmax<float>& args, RowRanges chunks);
void message_softmax(const MessageSoftmax<double>& args, RowRanges chunks);

/// Which reduction a gradient belongs to.
enum class MessageReduction : std::uint8_t { kSum, kMax, kSoftmax };

/// Gradient of a reduction at each message, for destination i and grad g_i, messages computed
/// again:
///
///     kSum: scale_i g_i    kMax: g_i where arg_i is the edge's offset in row i, else 0
///     kSoftmax: g_i p_e (1 + t (message_e - y_i))
///
/// then through the message: nothing where relu is on and raw_e <= 0, times the other factor for
/// kMultiply.
template <typename T>
struct MessageGradient {
  /// Of the walk: for message_source_gradient() the transpose, whose rows are sources.
  Messages<T> messages;
  MessageReduction reduction = MessageReduction::kSum;
  const T* grad = nullptr;  ///< [destinations, width]
  std::int64_t grad_stride = 0;
  const T* scale = nullptr;           ///< [destinations] or none; kSum.
  const std::int32_t* arg = nullptr;  ///< kMax
  T t = T{1};                         ///< kSoftmax, and what message_softmax() left:
  const T* y = nullptr;               ///< [destinations, width], contiguous.
  const T* top = nullptr;             ///< [destinations, width], contiguous.
  const T* inverse = nullptr;         ///< [destinations, width], contiguous.
  /// kMax on the transpose: the CSR's rowptr, and the CSR's slot of each slot of the walk.
  const std::int64_t* csr_rowptr = nullptr;
  EdgeOrder csr_slot;
  T* out = nullptr;  ///< [sources, width], or [nnz, width] by messages.order.
  std::int64_t out_stride = 0;
};
/// dx_j = sum over the edges that leave j, in the order of the transpose.
void message_source_gradient(const MessageGradient<float>& args, RowRanges chunks);
void message_source_gradient(const MessageGradient<double>& args, RowRanges chunks);
/// dm_e, one row per edge.
void message_edge_gradient(const MessageGradient<float>& args, RowRanges chunks);
void message_edge_gradient(const MessageGradient<double>& args, RowRanges chunks);

}  // namespace isthmus::kernels
