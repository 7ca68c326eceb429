#pragma once

// A graph as ops with values on edges walk it: by destination, or by source for gradients.

#include <cstdint>
#include <type_traits>
#include <vector>

#include <ATen/ATen.h>

#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/edge_map.hpp"

#include "op_support.hpp"

namespace isthmus::ops {

/// Rows are destinations and columns sources, or (transposed) the other way round.
struct Arcs {
  Graph graph;
  bool transposed = false;

  [[nodiscard]] CsrView view() const {
    return transposed ? graph.plan().csc() : graph.plan().csr();
  }
  [[nodiscard]] kernels::RowRanges chunks() const {
    const RowChunks& of = transposed ? graph.plan().csc_chunks() : graph.plan().csr_chunks();
    return {of.first_row.data(), of.size()};
  }
  [[nodiscard]] Arcs reversed() const { return {graph, !transposed}; }
};

/// Where the caller's edge tensors lie for each slot of a walk. Owns what had to be composed; the
/// graph must outlive it.
class ArcOrder {
 public:
  explicit ArcOrder(const Arcs& arcs);
  ArcOrder(const ArcOrder&) = delete;
  ArcOrder& operator=(const ArcOrder&) = delete;
  [[nodiscard]] kernels::EdgeOrder get() const;
  [[nodiscard]] bool is_identity() const {
    return get().narrow == nullptr && get().wide == nullptr;
  }

 private:
  EdgePositions view_;
  std::vector<std::int32_t> narrow_;
  std::vector<std::int64_t> wide_;
};

/// Pointers of positions, as kernels take them.
[[nodiscard]] kernels::EdgeOrder order_of(const EdgePositions& positions);

/// 1 / in-degree of each destination; none unless `mean`.
template <typename T>
[[nodiscard]] const T* inverse_in_degree(const Graph& graph, bool mean) {
  if (!mean) {
    return nullptr;
  }
  if constexpr (std::is_same_v<T, float>) {
    return graph.plan().inv_in_degree_f32().data();
  } else {
    return graph.plan().inv_in_degree_f64().data();
  }
}

/// Weights [E, H] by slot of the walk, contiguous; `mean` on a transposed walk multiplies each by 1
/// / in-degree of the arc's destination. `w` itself where nothing is to be done.
[[nodiscard]] at::Tensor weights_by_slot(const Arcs& arcs, const at::Tensor& w, bool mean);

/// Shape of node features: rows, all columns, and the heads that they fall into.
struct HeadShape {
  std::int64_t heads = 1;
  std::vector<std::int64_t> tail;  ///< Sizes behind the first: {F} or {H, D}.

  [[nodiscard]] std::vector<std::int64_t> with_rows(std::int64_t rows) const;
};

/// x of 2 or 3 dimensions as a matrix [rows, F], with its shape to undo it. Checks type and device.
[[nodiscard]] at::Tensor as_matrix(const char* op, const char* argument, const at::Tensor& x,
                                   HeadShape& shape);

/// `x` is a matrix of `rows` rows and `columns` columns of the given type; `of` says what a row is.
void check_table(const char* op, const char* argument, const at::Tensor& x, std::int64_t rows,
                 const char* of, std::int64_t columns, at::ScalarType type);

}  // namespace isthmus::ops
