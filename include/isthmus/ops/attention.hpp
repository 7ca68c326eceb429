#pragma once

#include <cstdint>
#include <optional>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/ops/dropout.hpp"

namespace isthmus::ops {

/// Options of the attention ops.
struct AttentionOptions {
  double negative_slope = 0.2;  ///< Of leaky_relu; not used by dot_attention().
  /// One arc i -> i per node, whatever loops the graph has: they are removed first. Needs a graph
  /// that is not bipartite.
  bool self_loops = false;
  double dropout = 0.0;  ///< Of the weights after the softmax, [0, 1).
  /// Names the mask: arc e (in the caller's order; with self_loops in that of the arcs that are
  /// left, and the loop of node i after them, at E + i) and head h take the factor that dropout()
  /// gives element (e, h) of a matrix.
  DropoutKey key = {};
  std::optional<double> scale = std::nullopt;  ///< dot_attention() only; empty: 1 / sqrt(D).
};

/// GAT: out_i = sum over arcs j -> i of p_ij x_j per head, with p the softmax over the arcs into i
/// of leaky_relu(src_score_j + dst_score_i).
///
/// @param x          [num_src, H D]; column h D + c is channel c of head h.
/// @param src_score  [num_src, H]
/// @param dst_score  [num_dst, H]
/// @return           [num_dst, H D]; 0 where there is no arc.
///
/// Score, softmax, dropout and sum run fused: kept for backward are the inputs, the result, and a
/// maximum and a sum per destination and head; scores are computed again, and nothing is allocated
/// that has the size of the arcs. Same bits for any thread count and SIMD level. No double
/// backward: create_graph throws. The same holds for the other two.
///
/// @par Source  Velickovic et al.: Graph Attention Networks, ICLR 2018 (arXiv:1710.10903).
[[nodiscard]] at::Tensor gat_attention(const at::Tensor& x, const at::Tensor& src_score,
                                       const at::Tensor& dst_score, const Graph& graph,
                                       const AttentionOptions& options = {});

/// GATv2: the same with scores sum over c of att_hc leaky_relu(src_jhc + dst_ihc), and src_j
/// summed.
///
/// @param src  [num_src, H D]
/// @param dst  [num_dst, H D]
/// @param att  [H, D]
///
/// @par Source  Brody, Alon, Yahav: How Attentive are Graph Attention Networks?, ICLR 2022
///              (arXiv:2105.14491).
[[nodiscard]] at::Tensor gatv2_attention(const at::Tensor& src, const at::Tensor& dst,
                                         const at::Tensor& att, const Graph& graph,
                                         const AttentionOptions& options = {});

/// The three tables of dot_attention() and its heads.
struct DotAttentionInputs {
  at::Tensor query;        ///< [num_dst, H D]
  at::Tensor key;          ///< [num_src, H D]
  at::Tensor value;        ///< [num_src, H D]
  std::int64_t heads = 1;  ///< H, a divisor of the columns.
};

/// Scaled dot products: scores scale times sum over c of query_ihc key_jhc, and value_j summed.
[[nodiscard]] at::Tensor dot_attention(const DotAttentionInputs& inputs, const Graph& graph,
                                       const AttentionOptions& options = {});

}  // namespace isthmus::ops
