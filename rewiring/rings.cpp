#include "isthmus/rewiring/rings.hpp"

#include <algorithm>
#include <atomic>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "node_loop.hpp"
#include "ring_walker.hpp"

namespace isthmus::rewiring {
namespace {

void check_arguments(const Graph& graph, const RingsOptions& options) {
  check_simple(graph, "rings");
  if (options.hops < 1) {
    throw InvalidArgument("rings: hops must be >= 1, got " + std::to_string(options.hops));
  }
  if (options.max_pairs < 0) {
    throw InvalidArgument("rings: max_pairs must be >= 0, got " +
                          std::to_string(options.max_pairs));
  }
}

/// The pairs {u, v}, u < v, of one node u, sorted, appended.
void append_pairs(const RingWalker& walker, NodeId u, std::int32_t hops,
                  std::vector<HopEdge>& pairs) {
  const std::size_t first = pairs.size();
  for (std::int32_t hop = 2; hop <= std::min(hops, walker.last_hop()); ++hop) {
    for (const NodeId v : walker.ring(hop)) {
      if (v > u) {
        pairs.push_back({{u, v}, hop});
      }
    }
  }
  std::sort(pairs.begin() + static_cast<std::ptrdiff_t>(first), pairs.end());
}

}  // namespace

RingsResult rings(const Graph& graph, const RingsOptions& options) {
  check_arguments(graph, options);
  const CsrView csr = graph.csr();
  std::vector<std::vector<HopEdge>> parts(index(chunks_of(graph.num_nodes())));
  std::atomic<std::int64_t> found = 0;
  const bool done = for_node_chunks(
      graph.num_nodes(), {options.progress, options.cancel}, [&] { return RingWalker(csr); },
      [&](RingWalker& walker, std::int64_t chunk, std::int64_t first, std::int64_t last) {
        std::vector<HopEdge>& pairs = parts[index(chunk)];
        for (std::int64_t u = first; u < last && found <= options.max_pairs; ++u) {
          const std::size_t before = pairs.size();
          walker.walk(static_cast<NodeId>(u), options.hops);
          append_pairs(walker, static_cast<NodeId>(u), options.hops, pairs);
          found += static_cast<std::int64_t>(pairs.size() - before);
        }
      });
  if (!done) {
    return {graph, {}, Stop::kLimit};
  }
  if (found > options.max_pairs) {
    throw ResourceLimit("rings: the pairs within " + std::to_string(options.hops) +
                        " hops exceed max_pairs = " + std::to_string(options.max_pairs));
  }
  RingsResult result;
  result.pairs = joined(std::move(parts));
  std::vector<Edge> edges;
  edges.reserve(result.pairs.size());
  for (const HopEdge& pair : result.pairs) {
    edges.push_back(pair.edge);
  }
  result.graph = simple_graph(graph.with_edges(edges)).graph;
  return result;
}

}  // namespace isthmus::rewiring
