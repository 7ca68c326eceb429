#include "parallel_transport.hpp"

#include <algorithm>
#include <memory>
#include <numeric>

#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::int64_t kEdgesOfChunk = 64;
constexpr std::int64_t kChunksOfGroup = 512;

/// Positions of the edges, the dearest first: a thread that begins one last would end last.
std::vector<std::size_t> dearest_first(const CsrView& csr, std::span<const Edge> edges) {
  std::vector<std::size_t> order(edges.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto pairs = [&](std::size_t e) { return csr.degree(edges[e].u) * csr.degree(edges[e].v); };
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return pairs(a) > pairs(b); });
  return order;
}

}  // namespace

ParallelTransport::ParallelTransport(const Graph& graph, const Fraction& idleness,
                                     std::int64_t max_pairs)
    : graph_(graph), hubs_(graph.csr()), spares_([this, idleness, max_pairs] {
        return std::make_unique<EdgeTransport>(graph_.csr(), hubs_, idleness, max_pairs);
      }) {}

std::vector<Fraction> ParallelTransport::curvatures(std::span<const Edge> edges,
                                                    const std::function<void(std::int64_t)>& tell) {
  std::vector<Fraction> result(edges.size());
  const std::vector<std::size_t> order = dearest_first(graph_.csr(), edges);
  const auto count = std::ssize(order);
  const std::int64_t chunks = (count + kEdgesOfChunk - 1) / kEdgesOfChunk;
  for (std::int64_t first = 0; first < chunks; first += kChunksOfGroup) {
    if (tell) {
      tell(first * kEdgesOfChunk);
    }
    parallel_chunks(std::min(kChunksOfGroup, chunks - first), [&](std::int64_t chunk) {
      spares_.with([&](EdgeTransport& transport) {
        const std::int64_t begin = (first + chunk) * kEdgesOfChunk;
        for (std::int64_t i = begin; i < std::min(count, begin + kEdgesOfChunk); ++i) {
          const std::size_t e = order[static_cast<std::size_t>(i)];
          result[e] = transport.curvature(edges[e]);
        }
      });
    });
  }
  return result;
}

std::vector<TransportPlan> ParallelTransport::plans(std::span<const Edge> edges) {
  std::vector<TransportPlan> result(edges.size());
  parallel_chunks(std::ssize(edges), [&](std::int64_t e) {
    spares_.with([&](EdgeTransport& transport) {
      result[static_cast<std::size_t>(e)] = transport.plan(edges[static_cast<std::size_t>(e)]);
    });
  });
  return result;
}

}  // namespace isthmus::rewiring
