#include "isthmus/rewiring/jost_liu.hpp"

#include <algorithm>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "edge_selection.hpp"
#include "jost_liu_bounds.hpp"

namespace isthmus::rewiring {

JostLiuResult jost_liu(const Graph& graph, const JostLiuOptions& options) {
  check_simple(graph, "jost_liu");
  JostLiuResult result;
  result.edges = edges_or_all(graph, options.edges, "jost_liu");
  result.lower.resize(result.edges.size());
  result.upper.resize(result.edges.size());
  constexpr std::int64_t kEdgesOfChunk = 1024;
  const auto count = std::ssize(result.edges);
  parallel_chunks((count + kEdgesOfChunk - 1) / kEdgesOfChunk, [&](std::int64_t chunk) {
    const std::int64_t last = std::min(count, (chunk + 1) * kEdgesOfChunk);
    for (std::int64_t i = chunk * kEdgesOfChunk; i < last; ++i) {
      const auto e = static_cast<std::size_t>(i);
      const JostLiuBounds bounds = jost_liu_bounds(graph.csr(), result.edges[e]);
      result.lower[e] = bounds.lower;
      result.upper[e] = bounds.upper;
    }
  });
  return result;
}

}  // namespace isthmus::rewiring
