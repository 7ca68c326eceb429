#pragma once

// The linear operations between nodes and edges. Each one's gradient is made of the others, so all
// of them can be differentiated any number of times.

#include <cstdint>

#include <ATen/ATen.h>

#include "isthmus/kernels/edge_messages.hpp"

#include "arcs.hpp"

namespace isthmus::ops {

/// out_row = sum over the slots of the row of w_e x_col; `mean`: each arc times 1 / in-degree of
/// its destination, whichever side that is.
struct WeightedSpec {
  Arcs arcs;
  bool mean = false;
  std::int64_t heads = 1;
  bool has_start = false;
};
/// x [columns, F], w [E, H] in the caller's order, start [rows, F] if the spec says so.
[[nodiscard]] at::Tensor weighted_sum(const at::Tensor& x, const at::Tensor& w,
                                      const at::Tensor& start, const WeightedSpec& spec);

/// out_eh = u_j . v_i per head, times 1 / in-degree of i if `mean`: [num_src, F], [num_dst, F] ->
/// [E, H].
struct DotSpec {
  Graph graph;
  bool mean = false;
  std::int64_t heads = 1;
};
[[nodiscard]] at::Tensor edge_dots(const at::Tensor& u, const at::Tensor& v, const DotSpec& spec);

/// out_row = sum over the slots of the row of x_col | m_e | x_col + m_e | x_col m_e; `mean` as
/// above.
struct MessageSumSpec {
  Arcs arcs;
  kernels::MessageKind kind = kernels::MessageKind::kAdd;
  bool mean = false;
  bool has_start = false;
};
/// Tensors that the kind does not read may be undefined.
[[nodiscard]] at::Tensor message_sum(const at::Tensor& x, const at::Tensor& m,
                                     const at::Tensor& start, const MessageSumSpec& spec);

/// out_e = x_col | y_row | x_col + y_row | x_col - y_row | x_col y_row; `mean` as above.
struct EdgeMapSpec {
  Arcs arcs;
  kernels::EdgeMapKind kind = kernels::EdgeMapKind::kAdd;
  bool mean = false;
};
[[nodiscard]] at::Tensor edge_map(const at::Tensor& x, const at::Tensor& y,
                                  const EdgeMapSpec& spec);

}  // namespace isthmus::ops
