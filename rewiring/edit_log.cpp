#include "isthmus/rewiring/edit_log.hpp"

#include <array>
#include <map>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/editable_graph.hpp"

namespace isthmus::rewiring {

std::string_view name_of(Stop stop) {
  constexpr std::array<std::string_view, 5> kNames = {"budget", "target", "no_candidate",
                                                      "degenerate", "limit"};
  return kNames[static_cast<std::size_t>(stop)];
}

Graph replay(const Graph& graph, const EditLog& log, std::int64_t steps) {
  if (steps < -1) {
    throw InvalidArgument("replay: steps must be >= -1, got " + std::to_string(steps));
  }
  EditableGraph now(graph);
  for (const Edit& edit : log.edits) {
    if (steps >= 0 && edit.step > steps) {
      break;
    }
    const auto [u, v] = edit.edge;
    const bool adds = edit.kind == EditKind::kAdd;
    if (!(adds ? now.add_edge(u, v) : now.remove_edge(u, v))) {
      throw InvalidArgument("replay: step " + std::to_string(edit.step) +
                            (adds ? " adds an edge that is there already, "
                                  : " removes an edge that is not there, ") +
                            std::to_string(u) + "-" + std::to_string(v));
    }
  }
  return now.graph();
}

std::vector<Edge> fresh_edges(const EditLog& log, std::int64_t steps) {
  std::map<Edge, EditKind> last;
  for (const Edit& edit : log.edits) {
    if (steps < 0 || edit.step <= steps) {
      last[edit.edge] = edit.kind;
    }
  }
  std::vector<Edge> fresh;
  for (const auto& [edge, kind] : last) {
    if (kind == EditKind::kAdd) {
      fresh.push_back(edge);
    }
  }
  return fresh;
}

}  // namespace isthmus::rewiring
