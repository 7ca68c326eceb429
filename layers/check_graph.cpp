#include "check_graph.hpp"

#include <c10/util/Exception.h>

namespace isthmus::layers {

void check_graph(std::string_view who, const NodeInput& x, const Graph& graph,
                 std::int64_t channels) {
  TORCH_CHECK(!graph.is_bipartite(), who,
              ": graph must have one set of nodes, got a bipartite one with ", graph.num_src(),
              " sources and ", graph.num_dst(), " destinations");
  check_shape(who, x, graph.num_nodes(), channels);
}

}  // namespace isthmus::layers
