#include "isthmus/expressivity/edge_wl.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/expressivity/color_refinement.hpp"
#include "isthmus/rewiring/balanced_forman.hpp"
#include "isthmus/rewiring/forman.hpp"
#include "isthmus/rewiring/fraction.hpp"
#include "isthmus/rewiring/lcp.hpp"
#include "isthmus/rewiring/ollivier_ricci.hpp"

#include "index.hpp"
#include "joined_labels.hpp"
#include "rank_values.hpp"
#include "refine_nodes.hpp"
#include "resistance_numbers.hpp"

namespace isthmus::expressivity {
namespace {

using rewiring::Fraction;

/// Of each edge in the order of Graph::edges().
std::vector<Fraction> edge_curvatures(const Graph& graph, const EdgeWlOptions& options) {
  if (options.feature == WlEdgeFeature::kBalancedForman) {
    return rewiring::balanced_forman(graph).curvatures;
  }
  if (options.feature == WlEdgeFeature::kAugmentedForman) {
    std::vector<Fraction> curvature;
    for (const rewiring::FormanCurvature& of_edge : rewiring::forman(graph).curvatures) {
      curvature.emplace_back(of_edge.afrc3);
    }
    return curvature;
  }
  return rewiring::ollivier_ricci(graph, {.cancel = options.common.cancel}).curvature;
}

/// What edges have, on both arcs of each, in the order of the rows.
template <typename T>
std::vector<T> on_arcs(const Graph& graph, const std::vector<T>& of_edge) {
  const CsrView csr = graph.csr();
  std::vector<T> of_arc(index(csr.num_edges()));
  // Rows ascend: arcs to larger nodes come in the order of edges, and so do those of each row seen
  // from the other end.
  std::vector<std::int64_t> next(index(csr.num_rows()));
  std::size_t edge = 0;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    const auto row = csr.row(v);
    const auto later = std::ranges::lower_bound(row, v) - row.begin();
    const std::int64_t first = csr.rowptr[index(v)];
    next[index(v)] = first + later;
    for (std::int64_t i = 0; i < later; ++i) {
      of_arc[index(first + i)] = of_arc[index(next[index(row[index(i)])]++)];
    }
    for (auto i = index(first + later); i < index(csr.rowptr[index(v) + 1]); ++i) {
      of_arc[i] = of_edge[edge++];
    }
  }
  return of_arc;
}

/// Least, largest, mean, variance and median of the curvatures at each node; zeros at isolated
/// ones.
using Profile = std::array<Fraction, 5>;

/// @throws ResourceLimit  if a fraction does not fit.
Profile profile_of(std::vector<Fraction> at_node) {
  if (at_node.empty()) {
    return {};
  }
  std::sort(at_node.begin(), at_node.end());
  Fraction sum;
  Fraction squares;
  for (const Fraction& k : at_node) {
    sum = sum + k;
    squares = squares + k * k;
  }
  const Fraction count(static_cast<std::int64_t>(at_node.size()));
  const Fraction mean = sum / count;
  const Fraction median =
      (at_node[(at_node.size() - 1) / 2] + at_node[at_node.size() / 2]) / Fraction(2);
  return {at_node.front(), at_node.back(), mean, squares / count - mean * mean, median};
}

/// Ranks of what nodes or arcs have, cut into that of each graph.
template <typename T>
std::vector<std::vector<std::uint64_t>> ranks_of(const std::vector<std::vector<T>>& values) {
  std::vector<T> all;
  for (const std::vector<T>& of_graph : values) {
    all.insert(all.end(), of_graph.begin(), of_graph.end());
  }
  const Numbering ranks = rank_values<T>(all);
  std::vector<std::vector<std::uint64_t>> result;
  auto next = ranks.colour.begin();
  for (const std::vector<T>& of_graph : values) {
    const auto size = static_cast<std::ptrdiff_t>(of_graph.size());
    result.emplace_back(next, next + size);
    next += size;
  }
  return result;
}

/// Exact profiles, ranked. @throws ResourceLimit  if a fraction does not fit.
std::vector<std::vector<std::uint64_t>> exact_profiles(
    std::span<const WlGraph> graphs, const std::vector<std::vector<Fraction>>& curvature) {
  std::vector<std::vector<Profile>> profiles;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const CsrView csr = graphs[g].graph.csr();
    const std::vector<Fraction> of_arc = on_arcs(graphs[g].graph, curvature[g]);
    std::vector<Profile>& of_graph = profiles.emplace_back();
    for (NodeId v = 0; v < csr.num_rows(); ++v) {
      of_graph.push_back(profile_of(
          {of_arc.begin() + csr.rowptr[index(v)], of_arc.begin() + csr.rowptr[index(v) + 1]}));
    }
  }
  return ranks_of(profiles);
}

/// Profiles by rewiring::lcp(), ranked.
std::vector<std::vector<std::uint64_t>> rounded_profiles(
    std::span<const WlGraph> graphs, const std::vector<std::vector<Fraction>>& curvature) {
  using RoundedProfile = std::array<double, 5>;
  std::vector<std::vector<RoundedProfile>> profiles;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    std::vector<double> rounded;
    for (const Fraction& k : curvature[g]) {
      rounded.push_back(k.to_double());
    }
    const std::vector<double> table = rewiring::lcp(graphs[g].graph, rounded);
    std::vector<RoundedProfile>& of_graph = profiles.emplace_back();
    for (std::size_t i = 0; i < table.size(); i += RoundedProfile{}.size()) {
      RoundedProfile& profile = of_graph.emplace_back();
      std::copy_n(table.begin() + static_cast<std::ptrdiff_t>(i), profile.size(), profile.begin());
    }
  }
  return ranks_of(profiles);
}

/// The graphs with their features as labels, and what is known of these.
struct Featured {
  std::vector<WlGraph> graphs;
  bool certain = true;
  double error_bound = 0.0;
  bool cancelled = false;
};

Featured with_profiles(std::span<const WlGraph> graphs,
                       const std::vector<std::vector<Fraction>>& curvature) {
  Featured result;
  std::vector<std::vector<std::uint64_t>> profile;
  try {
    profile = exact_profiles(graphs, curvature);
  } catch (const ResourceLimit&) {
    profile = rounded_profiles(graphs, curvature);
    result.certain = false;
    result.error_bound = 1.0;
  }
  result.graphs = with_node_labels(graphs, profile);
  return result;
}

Featured with_resistances(std::span<const WlGraph> graphs, const EdgeWlOptions& options) {
  const ResistanceNumbers found =
      number_resistances(graphs, ResistancePairs::kArcs, options.resistance, options.common.exact,
                         options.common.cancel);
  Featured result{{}, found.certain, found.error_bound, found.cancelled};
  if (!found.cancelled) {
    std::vector<std::vector<std::uint64_t>> label;
    for (const std::vector<std::uint32_t>& of_graph : found.number) {
      label.emplace_back(of_graph.begin(), of_graph.end());
    }
    result.graphs = with_edge_labels(graphs, label);
  }
  return result;
}

Featured with_features(std::span<const WlGraph> graphs, const EdgeWlOptions& options) {
  if (options.feature == WlEdgeFeature::kResistance) {
    return with_resistances(graphs, options);
  }
  std::vector<std::vector<Fraction>> curvature;
  for (const WlGraph& graph : graphs) {
    if (options.common.cancel.requested()) {
      return {{}, false, 0.0, true};
    }
    curvature.push_back(edge_curvatures(graph.graph, options));
  }
  if (options.feature == WlEdgeFeature::kCurvatureProfile) {
    return with_profiles(graphs, curvature);
  }
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    curvature[g] = on_arcs(graphs[g].graph, curvature[g]);
  }
  return {with_edge_labels(graphs, ranks_of(curvature)), true, 0.0, false};
}

}  // namespace

Refinement edge_wl(std::span<const WlGraph> graphs, const EdgeWlOptions& options) {
  check_refine_arguments(graphs, options.common, "edge_wl");
  Featured featured;
  try {
    featured = with_features(graphs, options);
  } catch (const Interrupted&) {
    featured.cancelled = true;
  }
  Refinement result;
  if (featured.cancelled) {
    result.undecided = "cancelled before round 0";
    return result;
  }
  result = color_refinement(featured.graphs, {.common = options.common});
  result.certain = result.certain && featured.certain;
  result.error_bound = std::min(1.0, result.error_bound + featured.error_bound);
  return result;
}

}  // namespace isthmus::expressivity
