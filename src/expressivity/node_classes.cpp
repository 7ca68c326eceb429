#include "isthmus/expressivity/node_classes.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"

namespace isthmus::expressivity {
namespace {

using NodeContent = std::vector<std::uint32_t>;

/// Sorted colours of the objects of each node.
std::vector<NodeContent> contents_of_nodes(const std::vector<std::uint32_t>& colour,
                                           const Graph& graph, NodeView view) {
  const auto n = static_cast<std::size_t>(graph.num_nodes());
  const std::size_t objects = colour.size();
  const bool of_arcs = objects == n + static_cast<std::size_t>(graph.num_edges());
  const bool of_tuples = objects == n * n || objects == n * n * n;
  const bool fits =
      objects == n || (view == NodeView::kLast ? objects == n * n : of_tuples || of_arcs);
  if (!fits) {
    throw InvalidArgument("node_classes: a graph of " + std::to_string(n) + " nodes cannot have " +
                          std::to_string(objects) + " objects");
  }
  std::vector<NodeContent> contents(n);
  std::size_t first = 0;
  for (std::size_t v = 0; v < n; ++v) {
    if (view == NodeView::kLast && objects != n) {
      for (std::size_t u = 0; u < n; ++u) {
        contents[v].push_back(colour[u * n + v]);
      }
    } else {
      const std::size_t own =
          of_tuples || objects == n
              ? objects / n
              : 1 + static_cast<std::size_t>(graph.csr().degree(static_cast<NodeId>(v)));
      const auto begin = colour.begin() + static_cast<std::ptrdiff_t>(first);
      contents[v].assign(begin, begin + static_cast<std::ptrdiff_t>(own));
      first += own;
    }
    std::sort(contents[v].begin(), contents[v].end());
  }
  return contents;
}

}  // namespace

NodeClasses node_classes(const Refinement& refinement, std::span<const WlGraph> graphs,
                         NodeView view) {
  if (refinement.colour.size() != graphs.size()) {
    throw InvalidArgument("node_classes: graphs must be those of the refinement, " +
                          std::to_string(refinement.colour.size()) + ", got " +
                          std::to_string(graphs.size()));
  }
  std::vector<std::vector<NodeContent>> contents;
  std::map<NodeContent, std::uint32_t> rank;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    contents.push_back(contents_of_nodes(refinement.colour[g], graphs[g].graph, view));
    for (const NodeContent& content : contents.back()) {
      rank.try_emplace(content, 0);
    }
  }
  NodeClasses classes{.of = {}, .count = static_cast<std::int64_t>(rank.size())};
  std::uint32_t next = 0;
  for (auto& [content, number] : rank) {
    number = next++;
  }
  for (const std::vector<NodeContent>& graph : contents) {
    std::vector<std::uint32_t>& of = classes.of.emplace_back();
    of.reserve(graph.size());
    for (const NodeContent& content : graph) {
      of.push_back(rank.at(content));
    }
  }
  return classes;
}

}  // namespace isthmus::expressivity
