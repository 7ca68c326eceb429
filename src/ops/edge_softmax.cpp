#include "isthmus/ops/edge_softmax.hpp"

#include "isthmus/graph/plan.hpp"
#include "isthmus/kernels/edge_softmax.hpp"

#include "edge_order.hpp"
#include "op_support.hpp"

namespace isthmus::ops {
namespace {

kernels::RowEdges edges_of(const Graph& graph) {
  kernels::RowEdges edges;
  edges.rowptr = graph.csr().rowptr.data();
  edges.col = graph.csr().col.data();
  edges.positions = edge_order(graph.eid());
  return edges;
}

kernels::RowRanges chunks_of(const Graph& graph) {
  const RowChunks& chunks = graph.plan().csr_chunks();
  return {chunks.first_row.data(), chunks.size()};
}

struct EdgeSoftmaxFunction : torch::autograd::Function<EdgeSoftmaxFunction> {
  static at::Tensor forward(AutogradContext* ctx, const at::Tensor& scores, const Graph& graph) {
    ctx->set_materialize_grads(false);
    hold(ctx, "graph", graph);
    const at::Tensor plain = scores.contiguous().resolve_neg();
    at::Tensor out = at::empty(scores.sizes(), scores.options());
    with_element_type(scores, [&](auto zero) {
      using T = decltype(zero);
      kernels::edge_softmax(kernels::EdgeSoftmax<T>{edges_of(graph), scores.size(1),
                                                    shim::read<T>(plain), shim::write<T>(out)},
                            chunks_of(graph));
    });
    ctx->save_for_backward({out});
    return out;
  }
  static variable_list backward(AutogradContext* ctx, const variable_list& grads) {
    if (!grads[0].defined()) {
      return {at::Tensor(), at::Tensor()};
    }
    refuse_double_backward("edge_softmax");
    const Graph& graph = held<Graph>(ctx, "graph");
    const at::Tensor p = ctx->get_saved_variables()[0];
    const at::Tensor grad = grads[0].contiguous().resolve_neg();
    at::Tensor out = at::empty(p.sizes(), p.options());
    with_element_type(p, [&](auto zero) {
      using T = decltype(zero);
      kernels::edge_softmax_backward(
          kernels::EdgeSoftmaxBackward<T>{edges_of(graph), p.size(1), shim::read<T>(p),
                                          shim::read<T>(grad), shim::write<T>(out)},
          chunks_of(graph));
    });
    return {out, at::Tensor()};
  }
};

}  // namespace

at::Tensor edge_softmax(const at::Tensor& scores, const Graph& graph) {
  TORCH_CHECK(scores.defined() && (scores.dim() == 1 || scores.dim() == 2),
              "edge_softmax: scores must be [E] or [E, H], got ",
              scores.defined() ? "" : "an undefined tensor ",
              scores.defined() ? scores.sizes() : at::IntArrayRef());
  const at::Tensor matrix = scores.dim() == 1 ? scores.unsqueeze(1) : scores;
  check_matrix("edge_softmax", "scores", matrix);
  TORCH_CHECK(matrix.size(0) == graph.num_edges(),
              "edge_softmax: scores must have one row per arc, ", graph.num_edges(), ", got ",
              matrix.size(0));
  const at::Tensor out = EdgeSoftmaxFunction::apply(matrix, graph);
  return scores.dim() == 1 ? out.squeeze(1) : out;
}

}  // namespace isthmus::ops
