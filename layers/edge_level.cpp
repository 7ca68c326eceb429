#include "edge_level.hpp"

#include <algorithm>
#include <limits>
#include <numeric>
#include <utility>
#include <vector>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/graph/plan.hpp"
#include "isthmus/ops/message_aggregate.hpp"
#include "isthmus/ops/sddmm.hpp"

namespace isthmus::layers {

EdgeMaps edge_maps(const Graph& graph) {
  const CsrView csr = graph.csr();
  TORCH_CHECK(csr.num_edges() <= std::numeric_limits<NodeId>::max(),
              "edge_maps: graph must have fewer than 2^31 arcs, got ", csr.num_edges());
  const auto edges = static_cast<NodeId>(csr.num_edges());
  std::vector<NodeId> every_edge(csr.col.size());
  std::iota(every_edge.begin(), every_edge.end(), NodeId{0});
  std::vector<NodeId> destination(csr.col.size());
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    const auto row = static_cast<std::size_t>(v);
    std::fill(destination.begin() + csr.rowptr[row], destination.begin() + csr.rowptr[row + 1], v);
  }
  std::vector<std::int64_t> one_each(csr.col.size() + 1);
  std::iota(one_each.begin(), one_each.end(), std::int64_t{0});
  return {Graph::from_csr(graph.num_src(), one_each, {csr.col.begin(), csr.col.end()}),
          Graph::from_csr(graph.num_dst(), one_each, std::move(destination)),
          Graph::from_csr(edges, {csr.rowptr.begin(), csr.rowptr.end()}, std::move(every_edge))};
}

at::Tensor edge_sums(const at::Tensor& at_destination, const at::Tensor& at_source,
                     const EdgeMaps& maps) {
  return ops::aggregate(at_destination, maps.from_destination, ops::Reduce::kSum) +
         ops::aggregate(at_source, maps.from_source, ops::Reduce::kSum);
}

at::Tensor aggregate_sums(const at::Tensor& at_destination, const at::Tensor& at_source,
                          const Graph& graph, ops::Reduce reduce) {
  const at::Tensor reduced = ops::aggregate(at_source, graph, reduce);
  switch (reduce) {
    case ops::Reduce::kSum:
      return reduced + at_destination * in_degrees(graph, at_source);
    case ops::Reduce::kVar:
    case ops::Reduce::kStd:
      return reduced;
    case ops::Reduce::kMean:
    case ops::Reduce::kMax:
    case ops::Reduce::kMin:
      break;
  }
  const at::Tensor isolated = in_degrees(graph, at_source).eq(0);
  return (reduced + at_destination).masked_fill(isolated, 0.0);
}

at::Tensor reduce_messages(const at::Tensor& m, const Graph& graph, ops::Reduce reduce) {
  switch (reduce) {
    case ops::Reduce::kSum:
    case ops::Reduce::kMean:
    case ops::Reduce::kMax:
      return ops::edge_aggregate(m, graph, reduce);
    case ops::Reduce::kMin:
      return -ops::edge_aggregate(-m, graph, ops::Reduce::kMax);
    case ops::Reduce::kVar:
    case ops::Reduce::kStd:
      break;
  }
  const at::Tensor mean = ops::edge_aggregate(m, graph, ops::Reduce::kMean);
  const at::Tensor off = m - ops::sddmm({}, mean, graph, ops::EdgeOp::kCopyDestination);
  const at::Tensor var = ops::edge_aggregate(off * off, graph, ops::Reduce::kMean);
  if (reduce == ops::Reduce::kVar) {
    return var;
  }
  return (var + ops::kStdEps).sqrt().masked_fill(in_degrees(graph, m).eq(0), 0.0);
}

at::Tensor in_degrees(const Graph& graph, const at::Tensor& like) {
  const auto degrees = graph.plan().in_degree();
  at::Tensor column = at::empty({static_cast<std::int64_t>(degrees.size()), 1}, at::kInt);
  std::copy(degrees.begin(), degrees.end(), column.data_ptr<std::int32_t>());
  return column.to(like.scalar_type());
}

}  // namespace isthmus::layers
