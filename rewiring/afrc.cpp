#include "isthmus/rewiring/afrc.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/rewiring/forman.hpp"

#include "bridge_finder.hpp"
#include "sorted_edge.hpp"
#include "step_method.hpp"
#include "two_gaussians.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::uint32_t kAfrcStream = 0x41465243U;

struct CurvedEdge {
  std::int64_t curvature = 0;
  Edge edge = {};
  friend constexpr auto operator<=>(const CurvedEdge&, const CurvedEdge&) = default;
};

std::vector<CurvedEdge> curved_edges(const Graph& graph, AfrcKind kind) {
  const FormanResult forman_of = forman(graph);
  std::vector<CurvedEdge> edges;
  edges.reserve(forman_of.edges.size());
  for (std::size_t i = 0; i < forman_of.edges.size(); ++i) {
    const FormanCurvature& curvature = forman_of.curvatures[i];
    edges.push_back(
        {kind == AfrcKind::kAfrc3 ? curvature.afrc3 : curvature.afrc4, forman_of.edges[i]});
  }
  return edges;
}

std::vector<ValueCount> histogram(const std::vector<CurvedEdge>& edges) {
  std::vector<std::int64_t> values;
  values.reserve(edges.size());
  for (const CurvedEdge& edge : edges) {
    values.push_back(edge.curvature);
  }
  std::sort(values.begin(), values.end());
  std::vector<ValueCount> counts;
  for (const std::int64_t value : values) {
    if (counts.empty() || counts.back().value != value) {
      counts.push_back({value, 0});
    }
    ++counts.back().count;
  }
  return counts;
}

/// Sets the thresholds. False: they are not defined.
bool find_thresholds(const std::vector<CurvedEdge>& edges, AfrcResult& result) {
  const std::optional<TwoGaussians> fit = fit_two_gaussians(histogram(edges));
  if (!fit) {
    return false;
  }
  const auto& [mean, deviation, weight, rounds] = *fit;
  result.lower = (mean[0] * deviation[1] + mean[1] * deviation[0]) / (deviation[0] + deviation[1]);
  result.upper = mean[1] + deviation[1];
  return true;
}

/// A uniform member of N(u) \ B1(v); nothing if it is empty.
std::optional<NodeId> draw_exclusive(const EditableGraph& graph, NodeId u, NodeId v,
                                     RandomStream& draws) {
  std::vector<NodeId> exclusive;
  const std::span<const NodeId> row_u = graph.neighbours(u);
  const std::span<const NodeId> row_v = graph.neighbours(v);
  std::set_difference(row_u.begin(), row_u.end(), row_v.begin(), row_v.end(),
                      std::back_inserter(exclusive));
  exclusive.erase(std::find(exclusive.begin(), exclusive.end(), v));
  if (exclusive.empty()) {
    return std::nullopt;
  }
  return exclusive[static_cast<std::size_t>(
      draws.integer(static_cast<std::int64_t>(exclusive.size())))];
}

/// The state of a run.
class Loops {
 public:
  Loops(const Graph& graph, const AfrcOptions& options)
      : options_(options),
        graph_(graph),
        bridges_(options.removal == Removal::kKeepConnected ? graph.num_nodes() : 0) {}

  /// False: thresholds are not defined, or nothing changed.
  bool loop(std::int64_t number, AfrcResult& result) {
    std::vector<CurvedEdge> edges = curved_edges(graph_.graph(), options_.kind);
    if (number == 1 && !find_thresholds(edges, result)) {
      result.stop = Stop::kDegenerate;
      return false;
    }
    AfrcLoop done;
    remove_above(number, edges, result, done);
    std::erase_if(edges, [&](const CurvedEdge& edge) {
      return !(static_cast<double>(edge.curvature) < result.lower) ||
             !graph_.has_edge(edge.edge.u, edge.edge.v);
    });
    std::sort(edges.begin(), edges.end());
    done.below = static_cast<std::int64_t>(edges.size());
    RandomStream draws(options_.seed, kAfrcStream, static_cast<std::uint32_t>(number));
    for (const CurvedEdge& edge : edges) {
      const bool added = support(number, edge, draws, result.log);
      (added ? done.added : done.without_candidate) += 1;
    }
    if (done.added + done.removed == 0) {
      result.stop = Stop::kNoCandidate;
      return false;
    }
    result.loops.push_back(done);
    return true;
  }

  [[nodiscard]] Graph graph() const { return graph_.graph(); }

 private:
  void remove_above(std::int64_t number, const std::vector<CurvedEdge>& edges, AfrcResult& result,
                    AfrcLoop& done) {
    for (const auto& [curvature, edge] : edges) {
      if (!(static_cast<double>(curvature) > result.upper)) {
        continue;
      }
      ++done.above;
      if (options_.removal == Removal::kOff) {
        continue;
      }
      if (options_.removal == Removal::kKeepConnected && bridges_.is_bridge(graph_, edge)) {
        ++done.bridges;
        continue;
      }
      graph_.remove_edge(edge.u, edge.v);
      ++done.removed;
      result.log.edits.push_back({.step = number,
                                  .kind = EditKind::kRemove,
                                  .edge = edge,
                                  .score = static_cast<double>(curvature)});
    }
  }

  /// Adds an edge that closes a triangle over `edge`. False: there is none.
  bool support(std::int64_t number, const CurvedEdge& edge, RandomStream& draws, EditLog& log) {
    const auto [u, v] = edge.edge;
    NodeId from = v;
    std::optional<NodeId> to = draw_exclusive(graph_, u, v, draws);
    if (!to) {
      from = u;
      to = draw_exclusive(graph_, v, u, draws);
    }
    if (!to) {
      return false;
    }
    graph_.add_edge(from, *to);
    log.edits.push_back({.step = number,
                         .kind = EditKind::kAdd,
                         .edge = sorted_edge(from, *to),
                         .score = static_cast<double>(edge.curvature)});
    return true;
  }

  const AfrcOptions& options_;
  EditableGraph graph_;
  BridgeFinder bridges_;
};

}  // namespace

std::string_view name_of(AfrcKind kind) {
  constexpr std::array<std::string_view, 2> kNames = {"afrc3", "afrc4"};
  return kNames[static_cast<std::size_t>(kind)];
}

AfrcResult afrc(const Graph& graph, const AfrcOptions& options) {
  check_simple(graph, "afrc");
  check_not_negative("afrc", "num_loops", options.num_loops);
  AfrcResult result;
  result.lower = result.upper = std::numeric_limits<double>::quiet_NaN();
  Loops state(graph, options);
  for (std::int64_t number = 1; number <= options.num_loops; ++number) {
    if (options.cancel.requested()) {
      result.stop = Stop::kLimit;
      break;
    }
    if (!state.loop(number, result)) {
      break;
    }
    report_progress(options.progress,
                    {.what = "loops", .done = number, .total = options.num_loops});
  }
  result.graph = state.graph();
  return result;
}

}  // namespace isthmus::rewiring
