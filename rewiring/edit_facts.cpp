#include "isthmus/rewiring/edit_facts.hpp"

#include <algorithm>
#include <iterator>
#include <string>

#include "isthmus/core/assert.hpp"
#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "node_loop.hpp"
#include "ring_walker.hpp"

namespace isthmus::rewiring {
namespace {

void check_arguments(const Graph& before, const Graph& after,
                     std::span<const std::int64_t> labels) {
  check_simple(before, "edit_facts");
  check_simple(after, "edit_facts");
  if (after.num_nodes() < before.num_nodes()) {
    throw InvalidArgument("edit_facts: after must have the nodes of before, " +
                          std::to_string(before.num_nodes()) + ", got " +
                          std::to_string(after.num_nodes()));
  }
  if (!labels.empty() && static_cast<std::int64_t>(labels.size()) != before.num_nodes()) {
    throw InvalidArgument("edit_facts: labels must have one entry per node of before, " +
                          std::to_string(before.num_nodes()) + ", or none, got " +
                          std::to_string(labels.size()));
  }
}

std::optional<double> share_inside(const std::vector<Edge>& edges,
                                   std::span<const std::int64_t> labels) {
  std::int64_t labelled = 0;
  std::int64_t inside = 0;
  for (const auto& [u, v] : edges) {
    if (index(v) < labels.size()) {  // u < v
      ++labelled;
      inside += labels[index(u)] == labels[index(v)] ? 1 : 0;
    }
  }
  if (labelled == 0) {
    return std::nullopt;
  }
  return static_cast<double>(inside) / static_cast<double>(labelled);
}

/// Added edges within components, by their smaller end: rows of `added`.
struct Searches {
  std::vector<Edge> edges;
  std::vector<std::size_t> first;  ///< Of each end, and the end of all.
};

Searches searches_of(const Graph& before, EditFacts& facts) {
  const Components components = connected_components(before);
  Searches searches;
  for (const Edge& edge : facts.added) {
    if (edge.v >= before.num_nodes() ||
        components.component[index(edge.u)] != components.component[index(edge.v)]) {
      ++facts.added_across;
      continue;
    }
    if (searches.edges.empty() || searches.edges.back().u != edge.u) {
      searches.first.push_back(searches.edges.size());
    }
    searches.edges.push_back(edge);
  }
  searches.first.push_back(searches.edges.size());
  return searches;
}

void count_hops(const Graph& before, EditFacts& facts) {
  const Searches searches = searches_of(before, facts);
  const CsrView csr = before.csr();
  std::vector<std::int32_t> hops(searches.edges.size());
  const auto ends = static_cast<std::int64_t>(searches.first.size()) - 1;
  const bool done = for_node_chunks(  // nobody can cancel it
      ends, {{}, {}}, [&] { return RingWalker(csr); },
      [&](RingWalker& walker, std::int64_t, std::int64_t first, std::int64_t last) {
        for (std::int64_t k = first; k < last; ++k) {
          const std::size_t from = searches.first[index(k)];
          const std::size_t to = searches.first[index(k) + 1];
          // Most additions are near: double the reach until the last end is met.
          for (std::int32_t reach = 4;; reach *= 2) {
            walker.walk(searches.edges[from].u, reach);
            const bool all = std::all_of(searches.edges.begin() + static_cast<std::ptrdiff_t>(from),
                                         searches.edges.begin() + static_cast<std::ptrdiff_t>(to),
                                         [&](const Edge& edge) { return walker.hop(edge.v) >= 0; });
            if (all) {
              break;
            }
          }
          for (std::size_t e = from; e < to; ++e) {
            hops[e] = walker.hop(searches.edges[e].v);
          }
        }
      });
  ISTHMUS_ASSERT(done);
  static_cast<void>(done);
  for (const std::int32_t hop : hops) {
    facts.added_by_hop.resize(std::max(facts.added_by_hop.size(), index(hop) + 1));
    ++facts.added_by_hop[index(hop)];
  }
}

}  // namespace

EditFacts edit_facts(const Graph& before, const Graph& after,
                     std::span<const std::int64_t> labels) {
  check_arguments(before, after, labels);
  const std::vector<Edge> old_edges = before.edges();
  const std::vector<Edge> new_edges = after.edges();
  EditFacts facts;
  std::set_difference(new_edges.begin(), new_edges.end(), old_edges.begin(), old_edges.end(),
                      std::back_inserter(facts.added));
  std::set_difference(old_edges.begin(), old_edges.end(), new_edges.begin(), new_edges.end(),
                      std::back_inserter(facts.removed));
  facts.distance = static_cast<std::int64_t>(facts.added.size() + facts.removed.size());
  const auto any = static_cast<double>(old_edges.size() + facts.added.size());
  if (any > 0.0) {
    facts.jaccard = (any - static_cast<double>(facts.distance)) / any;
  }
  for (NodeId v = 0; v < before.num_nodes(); ++v) {
    facts.degree_changed += before.csr().degree(v) != after.csr().degree(v) ? 1 : 0;
  }
  count_hops(before, facts);
  facts.homophily_added = share_inside(facts.added, labels);
  facts.homophily_removed = share_inside(facts.removed, labels);
  return facts;
}

}  // namespace isthmus::rewiring
