#include "signed_edges.hpp"

#include <cmath>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/arc_slot.hpp"

#include "index.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::uint32_t kEdgeStream = 2;
constexpr std::uint32_t kNodeStream = 3;

}  // namespace

std::vector<double> edge_roots(const linalg::Conductances& network, std::span<const Edge> edges) {
  const CsrView csr = network.graph.csr();
  std::vector<double> roots;
  roots.reserve(edges.size());
  for (const auto& [u, v] : edges) {
    roots.push_back(std::sqrt(network.of(arc_slot(csr, u, v))));
  }
  return roots;
}

std::vector<double> signed_edges(NodeId n, std::span<const Edge> edges,
                                 std::span<const double> root_weight, std::uint64_t seed,
                                 std::int64_t group) {
  std::vector<double> b(index(n * kSketchColumns), 0.0);
  RandomStream draws(seed, kEdgeStream, static_cast<std::uint32_t>(group));
  for (std::size_t e = 0; e < edges.size(); ++e) {
    double* const u = b.data() + edges[e].u * kSketchColumns;
    double* const v = b.data() + edges[e].v * kSketchColumns;
    const std::uint32_t bits = draws.bits();
    for (std::int64_t c = 0; c < kSketchColumns; ++c) {
      const double value = ((bits >> c) & 1U) == 0 ? -root_weight[e] : root_weight[e];
      u[c] += value;
      v[c] -= value;
    }
  }
  return b;
}

std::vector<double> signed_nodes(NodeId n, std::uint64_t seed, std::int64_t group) {
  std::vector<double> b(index(n * kSketchColumns));
  RandomStream draws(seed, kNodeStream, static_cast<std::uint32_t>(group));
  for (std::int64_t v = 0; v < n; ++v) {
    const std::uint32_t bits = draws.bits();
    for (std::int64_t c = 0; c < kSketchColumns; ++c) {
      b[index(v * kSketchColumns + c)] = ((bits >> c) & 1U) == 0 ? -1.0 : 1.0;
    }
  }
  return b;
}

}  // namespace isthmus::rewiring
