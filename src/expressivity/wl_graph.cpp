#include "isthmus/expressivity/wl_graph.hpp"

#include <cstddef>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

namespace isthmus::expressivity {
namespace {

void check_count(std::size_t count, std::int64_t expected, const char* what, const char* function) {
  if (count != 0 && count != static_cast<std::size_t>(expected)) {
    throw InvalidArgument(std::string(function) + ": " + what + " must be empty or have " +
                          std::to_string(expected) + " entries, got " + std::to_string(count));
  }
}

}  // namespace

void check_wl_graph(const WlGraph& graph, const char* function) {
  check_simple(graph.graph, function);
  check_count(graph.node_label.size(), graph.graph.num_nodes(), "node_label (one a node)",
              function);
  check_count(graph.edge_label.size(), graph.graph.num_edges(), "edge_label (one an arc)",
              function);
}

}  // namespace isthmus::expressivity
