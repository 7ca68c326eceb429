#include "isthmus/rewiring/laser.hpp"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <iterator>
#include <sstream>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "node_loop.hpp"
#include "tied_choice.hpp"
#include "walk_counts.hpp"

namespace isthmus::rewiring {
namespace {

void check_arguments(const Graph& graph, const LaserOptions& options) {
  check_simple(graph, "laser");
  if (options.rings < 1) {
    throw InvalidArgument("laser: rings must be >= 1, got " + std::to_string(options.rings));
  }
  if (!(options.rho >= 0.0 && options.rho <= 1.0)) {
    std::ostringstream text;
    text << "laser: rho must be in [0, 1], got " << options.rho;
    throw InvalidArgument(text.str());
  }
  if (options.max_arcs < 0) {
    throw InvalidArgument("laser: max_arcs must be >= 0, got " + std::to_string(options.max_arcs));
  }
}

/// The nodes of a ring with the fewest walks come first. @return whether ids decided.
bool put_fewest_first(const WalkCounts<Uint128>& walks, std::vector<NodeId>& orbit,
                      std::size_t count) {
  std::sort(orbit.begin(), orbit.end(), [&](NodeId a, NodeId b) {
    return walks.of(a) != walks.of(b) ? walks.of(a) < walks.of(b) : a < b;
  });
  return count < orbit.size() && walks.of(orbit[count - 1]) == walks.of(orbit[count]);
}
bool put_fewest_first(const WalkCounts<double>& walks, std::vector<NodeId>& orbit,
                      std::size_t count) {
  std::vector<Ranked> ranked;
  ranked.reserve(orbit.size());
  for (const NodeId v : orbit) {
    ranked.push_back({walks.of(v), v});
  }
  const bool tied = put_best_first(ranked, count);
  std::transform(ranked.begin(), ranked.end(), orbit.begin(),
                 [](const Ranked& candidate) { return candidate.id; });
  return tied;
}

/// What the nodes of a chunk chose.
struct Chosen {
  std::vector<HopEdge> arcs;
  std::int64_t tied_orbits = 0;
};

template <typename Count>
void choose(const WalkCounts<Count>& walks, NodeId i, const LaserOptions& options, Chosen& chosen) {
  const auto first = static_cast<std::ptrdiff_t>(chosen.arcs.size());
  std::vector<NodeId> orbit;
  for (std::int32_t hop = 2; hop <= std::min(options.rings, walks.rings().last_hop()); ++hop) {
    orbit.clear();
    for (const NodeId j : walks.rings().ring(hop)) {
      if (options.orbit == LaserOrbit::kAll || j < i) {
        orbit.push_back(j);
      }
    }
    if (orbit.empty()) {
      continue;
    }
    // nearbyint() rounds halves to even.
    const auto share = std::nearbyint(options.rho * static_cast<double>(orbit.size()));
    const std::size_t count = std::max<std::size_t>(1, static_cast<std::size_t>(share));
    chosen.tied_orbits += put_fewest_first(walks, orbit, count) ? 1 : 0;
    for (std::size_t k = 0; k < count; ++k) {
      chosen.arcs.push_back({{i, orbit[k]}, hop});
    }
  }
  std::sort(chosen.arcs.begin() + first, chosen.arcs.end());
}

/// Chooses for every node. @return false if cancelled.
template <typename Count>
bool choose_all(const Graph& graph, const LaserOptions& options, LaserResult& result) {
  const CsrView csr = graph.csr();
  std::vector<std::vector<HopEdge>> parts(index(chunks_of(graph.num_nodes())));
  std::atomic<std::int64_t> found = 0;
  std::atomic<std::int64_t> tied = 0;
  const bool done = for_node_chunks(
      graph.num_nodes(), {options.progress, options.cancel},
      [&] { return WalkCounts<Count>(csr, options.rings); },
      [&](WalkCounts<Count>& walks, std::int64_t chunk, std::int64_t first, std::int64_t last) {
        Chosen chosen;
        for (std::int64_t i = first; i < last && found <= options.max_arcs; ++i) {
          const std::size_t before = chosen.arcs.size();
          walks.walk(static_cast<NodeId>(i));
          choose(walks, static_cast<NodeId>(i), options, chosen);
          found += static_cast<std::int64_t>(chosen.arcs.size() - before);
        }
        parts[index(chunk)] = std::move(chosen.arcs);
        tied += chosen.tied_orbits;
      });
  if (done && found > options.max_arcs) {
    throw ResourceLimit("laser: the arcs chosen exceed max_arcs = " +
                        std::to_string(options.max_arcs));
  }
  if (done) {
    result.arcs = joined(std::move(parts));
    result.tied_orbits = tied;
  }
  return done;
}

HopEdge reversed(const HopEdge& arc) { return {{arc.edge.v, arc.edge.u}, arc.hop}; }

void make_symmetric(LaserSymmetrize how, std::vector<HopEdge>& arcs) {
  std::vector<HopEdge> backward;
  backward.reserve(arcs.size());
  std::transform(arcs.begin(), arcs.end(), std::back_inserter(backward), reversed);
  std::sort(backward.begin(), backward.end());
  std::vector<HopEdge> both;
  if (how == LaserSymmetrize::kUnion) {
    std::set_union(arcs.begin(), arcs.end(), backward.begin(), backward.end(),
                   std::back_inserter(both));
  } else {
    std::set_intersection(arcs.begin(), arcs.end(), backward.begin(), backward.end(),
                          std::back_inserter(both));
  }
  arcs = std::move(both);
}

}  // namespace

LaserResult laser(const Graph& graph, const LaserOptions& options) {
  check_arguments(graph, options);
  const CsrView csr = graph.csr();
  std::int64_t largest_degree = 0;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    largest_degree = std::max(largest_degree, csr.degree(v));
  }
  constexpr std::int64_t kExactDegree = 65'534;  // (65535)^8 < 2^128 = (65536)^8
  LaserResult result;
  result.graph = graph;
  result.exact = largest_degree <= kExactDegree;
  if (options.rings == 1) {
    return result;
  }
  if (!(result.exact ? choose_all<Uint128>(graph, options, result)
                     : choose_all<double>(graph, options, result))) {
    result.stop = Stop::kLimit;
    return result;
  }
  if (options.symmetrize != LaserSymmetrize::kNone) {
    make_symmetric(options.symmetrize, result.arcs);
  }
  std::vector<Edge> edges;
  edges.reserve(result.arcs.size());
  for (const HopEdge& arc : result.arcs) {
    edges.push_back(arc.edge);
  }
  result.graph = simple_graph(graph.with_edges(edges)).graph;
  return result;
}

}  // namespace isthmus::rewiring
