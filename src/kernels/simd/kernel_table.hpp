#pragma once

#include <cstdint>

#include "isthmus/kernels/attention.hpp"
#include "isthmus/kernels/column_stats.hpp"
#include "isthmus/kernels/dropout.hpp"
#include "isthmus/kernels/edge_dot.hpp"
#include "isthmus/kernels/edge_map.hpp"
#include "isthmus/kernels/edge_messages.hpp"
#include "isthmus/kernels/edge_softmax.hpp"
#include "isthmus/kernels/layer_norm.hpp"
#include "isthmus/kernels/panel_gemm.hpp"
#include "isthmus/kernels/segment_extreme.hpp"
#include "isthmus/kernels/segment_readout.hpp"
#include "isthmus/kernels/segment_sum.hpp"
#include "isthmus/kernels/segment_variance.hpp"
#include "isthmus/kernels/stream_rows.hpp"
#include "isthmus/kernels/weighted_sum.hpp"

#include "head_scratch.hpp"

// Read by the files of every SIMD level: plain data and declarations only, no inline function.

namespace isthmus::kernels {

/// Kernels of one element type. Each works on rows (or segments) [first, last) of its arguments,
/// serially; those with `double*` outputs add to what the caller put there.
template <typename T>
struct TypedKernels {
  using Index = std::int64_t;
  void (*segment_sum)(const SegmentSum<T>& args, Index first, Index last) = nullptr;
  void (*segment_extreme)(const SegmentExtreme<T>& args, Index first, Index last) = nullptr;
  void (*segment_extreme_backward)(const SegmentExtremeBackward<T>& args, Index first,
                                   Index last) = nullptr;
  void (*segment_variance)(const SegmentVariance<T>& args, Index first, Index last) = nullptr;
  void (*segment_variance_backward)(const SegmentVarianceBackward<T>& args, Index first,
                                    Index last) = nullptr;
  void (*panel_gemm)(const PanelGemm<T>& args, Index first, Index last) = nullptr;
  void (*column_sums)(const Rows<T>& x, Index first, Index last, double* sum) = nullptr;
  void (*column_squares)(const Rows<T>& x, const double* mean, Index first, Index last,
                         double* sum) = nullptr;
  void (*column_dots)(const Rows<T>& a, const Rows<T>& b, const double* mean, Index first,
                      Index last, double* sum, double* dot) = nullptr;
  void (*column_affine)(const ColumnAffine<T>& args, Index first, Index last) = nullptr;
  /// to = from where `gate` > 0 (or NaN), else 0; rows of from `stride` apart; to may be from.
  void (*gate_rows)(const T* from, Index stride, const T* gate, Index rows, Index columns,
                    T* to) = nullptr;
  void (*layer_norm)(const LayerNorm<T>& args, Index first, Index last) = nullptr;
  void (*layer_norm_backward)(const LayerNormBackward<T>& args, Index first, Index last) = nullptr;
  void (*layer_norm_weights)(const LayerNormBackward<T>& args, Index first, Index last,
                             double* dweight, double* dbias) = nullptr;
  void (*stream_values)(const Stream& x, Index first, Index last, T* out) = nullptr;
  bool (*stream_add)(const Stream& x, Index first, Index last, const T* f, int sign) = nullptr;
  void (*dropout)(const Dropout<T>& args, Index first, Index last) = nullptr;
  void (*sparse_dropout)(const SparseDropout<T>& args, Index first, Index last) = nullptr;
  void (*readout_sum)(const SegmentReadout<T>& args, Index first, Index last) = nullptr;
  void (*readout_max)(const SegmentReadout<T>& args, Index first, Index last) = nullptr;
  void (*readout_spread)(const SegmentReadout<T>& args, Index first, Index last) = nullptr;
  void (*readout_spread_max)(const SegmentReadout<T>& args, Index first, Index last) = nullptr;
  void (*weighted_sum)(const WeightedSum<T>& args, Index first, Index last) = nullptr;
  void (*edge_dot)(const EdgeDot<T>& args, Index first, Index last) = nullptr;
  void (*edge_map)(const EdgeMap<T>& args, Index first, Index last) = nullptr;
  void (*message_sum)(const MessageSum<T>& args, Index first, Index last) = nullptr;
  void (*message_max)(const MessageMax<T>& args, Index first, Index last) = nullptr;
  void (*message_softmax)(const MessageSoftmax<T>& args, Index first, Index last) = nullptr;
  void (*message_source_gradient)(const MessageGradient<T>& args, Index first,
                                  Index last) = nullptr;
  void (*message_edge_gradient)(const MessageGradient<T>& args, Index first, Index last) = nullptr;
  void (*edge_softmax)(const EdgeSoftmax<T>& args, const HeadScratch<T>& scratch, Index first,
                       Index last) = nullptr;
  void (*edge_softmax_backward)(const EdgeSoftmaxBackward<T>& args, const HeadScratch<T>& scratch,
                                Index first, Index last) = nullptr;
  void (*attention)(const Attention<T>& args, const HeadScratch<T>& scratch, Index first,
                    Index last) = nullptr;
  void (*attention_backward_rows)(const AttentionBackward<T>& args, const HeadScratch<T>& scratch,
                                  Index first, Index last, double* datt) = nullptr;
  void (*attention_backward_sources)(const AttentionBackward<T>& args,
                                     const HeadScratch<T>& scratch, Index first,
                                     Index last) = nullptr;
};

/// One level's kernels. Filled scalar -> avx2 -> avx512: a level overwrites only what it has.
struct KernelTable {
  TypedKernels<float> f32;
  TypedKernels<double> f64;
};

void fill_segment_sum_scalar(KernelTable& table);
void fill_segment_sum_avx2(KernelTable& table);
void fill_segment_sum_avx512(KernelTable& table);
void fill_panel_gemm_scalar(KernelTable& table);
void fill_panel_gemm_avx2(KernelTable& table);
void fill_panel_gemm_avx512(KernelTable& table);
void fill_attention_scalar(KernelTable& table);
void fill_attention_avx2(KernelTable& table);
void fill_attention_avx512(KernelTable& table);
void fill_rows_scalar(KernelTable& table);
void fill_rows_avx2(KernelTable& table);
void fill_rows_avx512(KernelTable& table);
void fill_segment_extreme_scalar(KernelTable& table);
void fill_segment_extreme_avx2(KernelTable& table);
void fill_segment_extreme_avx512(KernelTable& table);
void fill_segment_variance_scalar(KernelTable& table);
void fill_segment_variance_avx2(KernelTable& table);
void fill_segment_variance_avx512(KernelTable& table);
void fill_edges_scalar(KernelTable& table);
void fill_edges_avx2(KernelTable& table);
void fill_edges_avx512(KernelTable& table);

}  // namespace isthmus::kernels
