#include "isthmus/expressivity/orbits.hpp"

#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

#include "canonical_search.hpp"

namespace isthmus::expressivity {

OrbitsResult orbits(const WlGraph& graph, const OrbitsOptions& options) {
  check_wl_graph(graph, "orbits");
  if (options.max_nodes < 0) {
    throw InvalidArgument("orbits: max_nodes must be >= 0, got " +
                          std::to_string(options.max_nodes));
  }
  CanonicalSearch search = canonical_search(graph, options.max_nodes, options.cancel);
  OrbitsResult result;
  result.orbit = std::move(search.orbit);
  for (std::size_t v = 0; v < result.orbit.size(); ++v) {
    result.count += result.orbit[v] == static_cast<NodeId>(v) ? 1 : 0;
  }
  result.complete = search.complete;
  result.automorphisms = search.automorphisms;
  result.nodes = search.nodes;
  return result;
}

}  // namespace isthmus::expressivity
