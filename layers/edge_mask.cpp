#include "edge_mask.hpp"

#include <cstdint>
#include <vector>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

#include "isthmus/ops/sddmm.hpp"
#include "isthmus/ops/weighted_aggregate.hpp"

#include "edge_level.hpp"

namespace isthmus::layers {

bool is_masked(const ConvContext& context) {
  const at::Tensor& mask = context.edge_mask;
  if (!mask.defined()) {
    return false;
  }
  TORCH_CHECK(mask.dim() == 1 && mask.size(0) == context.graph.num_edges() &&
                  at::isFloatingType(mask.scalar_type()),
              "ConvContext: edge_mask must be floating [", context.graph.num_edges(), "], got ",
              mask.scalar_type(), " ", mask.sizes());
  return true;
}

MaskedGraph without_loops(const ConvContext& context) {
  const Graph& graph = context.graph;
  if (!graph.has_self_loops()) {
    return {graph, context.edge_mask};
  }
  std::vector<std::uint8_t> is_loop(static_cast<std::size_t>(graph.num_edges()), 0);
  const CsrView csr = graph.csr();
  const EdgePositions eid = graph.eid();
  EdgeId slot = 0;
  for (NodeId row = 0; row < csr.num_rows(); ++row) {
    for (const NodeId source : csr.row(row)) {
      is_loop[static_cast<std::size_t>(eid[slot++])] = source == row ? 1 : 0;
    }
  }
  std::vector<std::int64_t> kept;
  for (std::size_t e = 0; e < is_loop.size(); ++e) {
    if (is_loop[e] == 0) {
      kept.push_back(static_cast<std::int64_t>(e));
    }
  }
  const at::Tensor index =
      at::tensor(at::ArrayRef<std::int64_t>(kept.data(), kept.size()), at::kLong);
  return {graph.without_self_loops(), context.edge_mask.index_select(0, index)};
}

at::Tensor masked_reduce(const at::Tensor& x, const at::Tensor& w, const Graph& graph,
                         ops::Reduce reduce) {
  if (reduce == ops::Reduce::kSum || reduce == ops::Reduce::kMean) {
    return ops::weighted_aggregate(x, w, graph, reduce);
  }
  return reduce_messages(ops::sddmm(x, {}, graph, ops::EdgeOp::kCopySource) * w.unsqueeze(1), graph,
                         reduce);
}

}  // namespace isthmus::layers
