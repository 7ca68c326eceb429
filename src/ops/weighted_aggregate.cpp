#include "isthmus/ops/weighted_aggregate.hpp"

#include "edge_functions.hpp"

namespace isthmus::ops {
namespace {

constexpr const char* kOp = "weighted_aggregate";

/// w as [E, H].
at::Tensor weight_columns(const at::Tensor& w, const Graph& graph, const at::Tensor& x,
                          std::int64_t heads) {
  TORCH_CHECK(w.defined() && (w.dim() == 1 || w.dim() == 2), kOp,
              ": w must have shape [E] or [E, H], got ",
              w.defined() ? c10::str(w.sizes()) : "an undefined tensor");
  const at::Tensor columns = w.dim() == 1 ? w.unsqueeze(1) : w;
  check_matrix(kOp, "w", columns);
  TORCH_CHECK(columns.size(0) == graph.num_edges(), kOp, ": w must have one row per edge, ",
              graph.num_edges(), ", got ", columns.size(0));
  TORCH_CHECK(columns.size(1) == 1 || columns.size(1) == heads, kOp,
              ": w must have 1 column or one per head of x, ", heads, ", got ", columns.size(1));
  TORCH_CHECK(columns.scalar_type() == x.scalar_type(), kOp, ": w must be ", x.scalar_type(),
              " as x is, got ", columns.scalar_type());
  return columns;
}

}  // namespace

at::Tensor weighted_aggregate(const at::Tensor& x, const at::Tensor& w, const Graph& graph,
                              Reduce reduce, const at::Tensor& start) {
  HeadShape shape;
  const at::Tensor matrix = as_matrix(kOp, "x", x, shape);
  TORCH_CHECK(matrix.size(0) == graph.num_src(), kOp, ": x must have one row per source node, ",
              graph.num_src(), ", got ", matrix.size(0));
  const at::Tensor columns = weight_columns(w, graph, matrix, shape.heads);
  TORCH_CHECK(reduce == Reduce::kSum || reduce == Reduce::kMean, kOp,
              ": reduce must be kSum or kMean, got number ", static_cast<int>(reduce));
  WeightedSpec spec{Arcs{graph}, reduce == Reduce::kMean, columns.size(1), start.defined()};
  at::Tensor first;
  if (start.defined()) {
    TORCH_CHECK(reduce == Reduce::kSum, kOp, ": start needs reduce kSum, got kMean");
    TORCH_CHECK(start.sizes() == at::IntArrayRef(shape.with_rows(graph.num_dst())), kOp,
                ": start must have the shape of the result, ", shape.with_rows(graph.num_dst()),
                ", got ", start.sizes());
    first = start.reshape({graph.num_dst(), matrix.size(1)});
    check_table(kOp, "start", first, graph.num_dst(), "destination node", matrix.size(1),
                matrix.scalar_type());
  }
  const at::Tensor out = weighted_sum(matrix, columns, first, spec);
  return x.dim() == 3 ? out.reshape(shape.with_rows(graph.num_dst())) : out;
}

}  // namespace isthmus::ops
