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

void check_any_width(std::string_view who, const at::Tensor& x, const Graph& graph) {
  TORCH_CHECK(x.defined() && x.dim() == 2, who, ": x must be floating [N, C], got ",
              x.defined() ? c10::str(x.sizes()) : "an undefined tensor");
  check_graph(who, x, graph, x.size(1));
}

}  // namespace isthmus::layers
