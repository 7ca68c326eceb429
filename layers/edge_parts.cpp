#include "isthmus/layers/edge_parts.hpp"

#include <algorithm>
#include <utility>

#include <ATen/Functions.h>
#include <c10/util/Exception.h>

namespace isthmus::layers {
namespace {

/// A part while it grows: CSR, and the place of each arc in the caller's order.
struct PartArcs {
  std::vector<std::int64_t> rowptr = {0};
  std::vector<NodeId> col = {};
  std::vector<std::int64_t> edge = {};
};

}  // namespace

TypedEdges::TypedEdges(const Graph& of, const at::Tensor& types)
    : graph(of),
      type(types),
      version(types.is_inference() ? -1 : static_cast<std::int64_t>(types._version())) {}

bool TypedEdges::are(const Graph& of, const at::Tensor& types) const {
  return version >= 0 && type.defined() && type.is_same(types) && !types.is_inference() &&
         version == static_cast<std::int64_t>(types._version()) &&
         graph.csr().rowptr.data() == of.csr().rowptr.data();
}

const std::vector<EdgeParts::Part>& EdgeParts::of(std::string_view layer, const Graph& graph,
                                                  const at::Tensor& edge_type,
                                                  std::span<const std::size_t> part_of) {
  if (seen_.are(graph, edge_type)) {
    return parts_;
  }
  const auto count = static_cast<std::int64_t>(part_of.size());
  std::vector<PartArcs> arcs(part_of.empty() ? 0 : 1 + *std::ranges::max_element(part_of));
  const at::Tensor types = edge_type.contiguous();
  const auto* type = types.data_ptr<std::int64_t>();
  const EdgePositions eid = graph.eid();
  const CsrView csr = graph.csr();
  EdgeId slot = 0;
  for (NodeId row = 0; row < csr.num_rows(); ++row) {
    for (const NodeId source : csr.row(row)) {
      const EdgeId edge = eid[slot++];
      TORCH_CHECK(type[edge] >= 0 && type[edge] < count, layer, ": edge_type must be in 0..",
                  count - 1, ", got ", type[edge], " at edge ", edge);
      PartArcs& part = arcs[part_of[static_cast<std::size_t>(type[edge])]];
      part.col.push_back(source);
      part.edge.push_back(edge);
    }
    for (PartArcs& part : arcs) {
      part.rowptr.push_back(static_cast<std::int64_t>(part.col.size()));
    }
  }
  std::vector<Part> parts;
  parts.reserve(arcs.size());
  for (PartArcs& part : arcs) {
    const at::Tensor edges =
        at::tensor(at::ArrayRef<std::int64_t>(part.edge.data(), part.edge.size()), at::kLong);
    parts.push_back(
        {Graph::from_csr(graph.num_nodes(), std::move(part.rowptr), std::move(part.col)), edges});
  }
  parts_ = std::move(parts);
  seen_ = TypedEdges(graph, edge_type);
  return parts_;
}

}  // namespace isthmus::layers
