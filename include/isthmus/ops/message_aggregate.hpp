#pragma once

#include <cstdint>

#include <ATen/core/Tensor.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/ops/aggregate.hpp"

namespace isthmus::ops {

/// What the message of an edge j -> i is made of: node features x_j, edge features m_e, or both.
enum class MessageOf : std::uint8_t { kSource, kEdge, kSum, kProduct };

/// Options of message_aggregate() and softmax_aggregate().
struct MessageOptions {
  MessageOf message = MessageOf::kSum;
  Reduce reduce = Reduce::kSum;  ///< kSum, kMean or kMax; softmax_aggregate() does not look at it.
  bool relu = false;             ///< Messages become max(message, 0) + eps.
  double eps = 0.0;              ///< Only with relu.
};

/// out_i = reduce over arcs e: j -> i of message_e, message_e = x_j | m_e | x_j + m_e | x_j m_e,
/// under relu if asked for. Messages live in registers; backward computes masks again from x and m.
///
/// @param x      [num_src, F]; undefined for kEdge.
/// @param m      [E, F] of x's type, in the caller's edge order; undefined for kSource.
/// @param start  [num_dst, F] or undefined: with kSum the sum starts from it.
/// @return       [num_dst, F]; rows without arcs are 0 or `start`. kMax: on ties the first arc of
///               the row takes the gradient; the first NaN wins.
/// Same bits for any thread count and SIMD level. Sum and mean without relu support double
/// backward; the others refuse it. Nothing of size E x F is allocated but the gradient of m, where
/// wanted.
[[nodiscard]] at::Tensor message_aggregate(const at::Tensor& x, const at::Tensor& m,
                                           const Graph& graph, const MessageOptions& options,
                                           const at::Tensor& start = {});

/// Reduces edge features per destination (copy_e): m [E, F] -> [num_dst, F], by kSum, kMean or
/// kMax.
[[nodiscard]] at::Tensor edge_aggregate(const at::Tensor& m, const Graph& graph, Reduce reduce);

/// Softmax aggregation, per column: out_i = sum_e p_e message_e, p_e = softmax over the arcs of i
/// of t message_e; messages as above. Two numbers per node and column are kept for backward.
///
/// @param t  A tensor of one number, so that it can be trained.
/// Same bits for any thread count and SIMD level; refuses double backward. No memory of E x F but
/// the gradient of m.
/// @par Source  Li, Xiong, Thabet, Ghanem: DeeperGCN (arXiv:2006.07739).
[[nodiscard]] at::Tensor softmax_aggregate(const at::Tensor& x, const at::Tensor& m,
                                           const Graph& graph, const at::Tensor& t,
                                           const MessageOptions& options);

}  // namespace isthmus::ops
