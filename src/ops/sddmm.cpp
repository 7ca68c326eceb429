#include "isthmus/ops/sddmm.hpp"

#include "edge_functions.hpp"

namespace isthmus::ops {
namespace {

kernels::EdgeMapKind kind_of(EdgeOp op) {
  switch (op) {
    case EdgeOp::kAdd:
      return kernels::EdgeMapKind::kAdd;
    case EdgeOp::kSubtract:
      return kernels::EdgeMapKind::kSubtract;
    case EdgeOp::kMultiply:
      return kernels::EdgeMapKind::kMultiply;
    case EdgeOp::kCopySource:
      return kernels::EdgeMapKind::kSource;
    case EdgeOp::kCopyDestination:
      return kernels::EdgeMapKind::kRow;
    case EdgeOp::kDot:
      break;
  }
  TORCH_CHECK(false, "sddmm: op must be a named one, got number ", static_cast<int>(op));
}

}  // namespace

at::Tensor sddmm(const at::Tensor& u, const at::Tensor& v, const Graph& graph, EdgeOp op) {
  const bool reads_u = op != EdgeOp::kCopyDestination;
  const bool reads_v = op != EdgeOp::kCopySource;
  HeadShape shape;
  at::Tensor source;
  at::Tensor destination;
  if (reads_u) {
    source = as_matrix("sddmm", "u", u, shape);
    TORCH_CHECK(source.size(0) == graph.num_src(), "sddmm: u must have one row per source node, ",
                graph.num_src(), ", got ", source.size(0));
  }
  if (reads_v) {
    HeadShape other;
    destination = as_matrix("sddmm", "v", v, other);
    TORCH_CHECK(!reads_u || other.tail == shape.tail,
                "sddmm: v must have the columns of u, got shapes ", u.sizes(), " and ", v.sizes());
    shape = other;
    check_table("sddmm", "v", destination, graph.num_dst(), "destination node", destination.size(1),
                (reads_u ? source : destination).scalar_type());
  }
  const bool heads = shape.tail.size() == 2;
  if (op == EdgeOp::kDot) {
    const at::Tensor dots = edge_dots(source, destination, {graph, false, shape.heads});
    return heads ? dots : dots.squeeze(1);
  }
  const at::Tensor out = edge_map(source, destination, {Arcs{graph}, kind_of(op)});
  return heads ? out.reshape(shape.with_rows(graph.num_edges())) : out;
}

}  // namespace isthmus::ops
