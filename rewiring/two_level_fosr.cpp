#include "two_level_fosr.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "index.hpp"
#include "least_product.hpp"
#include "quotient_network.hpp"
#include "sorted_edge.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::int64_t kSmoothing = 10;  ///< Power steps of what the quotient's vector becomes.
constexpr std::size_t kEnds = 256;       ///< Nodes at each end of a part that may be joined.

/// The function x / sqrt(d) on parts, times sqrt(d) of the nodes.
std::vector<double> carried_over(const FosrVector& coarse, const std::vector<NodeId>& nodes,
                                 const std::vector<NodeId>& coarse_of, const FosrVector& fine) {
  std::vector<double> x(nodes.size());
  for (std::size_t v = 0; v < x.size(); ++v) {
    const std::size_t part = index(coarse_of[v]);
    x[v] =
        coarse.x()[part] / coarse.network().root_degrees()[part] * fine.network().root_degrees()[v];
  }
  return x;
}

}  // namespace

TwoLevelFosr::TwoLevelFosr(const Graph& graph, std::span<const double> conductance,
                           std::int64_t parts)
    : parts_(contiguous_parts(graph, parts)) {
  const ComponentParts quotient = quotient_components(graph, conductance, parts_);
  ComponentParts apart = component_parts(graph, conductance, "fosr");
  local_ = std::move(apart.local);
  for (ComponentPart& part : apart.parts) {
    const NodeId first = parts_.part[index(part.nodes.front())];
    const ComponentPart& above = quotient.parts[index(quotient.component[index(first)])];
    if (above.size() < 2) {
      continue;  // nothing to join
    }
    FosrVector coarse(above);
    const SecondEigenpair pair = coarse.start_exact(above.nodes);
    degenerate_ = degenerate_ || pair.degenerate;
    converged_ = converged_ && pair.converged;
    FosrVector fine(part);
    std::vector<NodeId> coarse_of;
    for (const NodeId v : part.nodes) {
      coarse_of.push_back(quotient.local[index(parts_.part[index(v)])]);
    }
    vanished_ = !fine.start_from(carried_over(coarse, part.nodes, coarse_of, fine), kSmoothing) ||
                vanished_;
    components_.push_back({above.nodes, std::move(coarse),
                           EditableGraph(Graph::from_edges(above.size(), {})),
                           std::move(part.nodes), std::move(fine)});
  }
}

TwoLevelFosr::Component* TwoLevelFosr::choose() {
  double best = std::numeric_limits<double>::infinity();
  for (const Component& component : components_) {
    best = component.done ? best : std::min(best, component.coarse.estimate());
  }
  for (Component& component : components_) {
    if (!component.done && is_tied(best, component.coarse.estimate())) {
      return &component;
    }
  }
  return nullptr;
}

std::vector<NodeId> TwoLevelFosr::ends(const Component& component, NodeId part,
                                       std::span<const double> y) const {
  std::vector<NodeId> nodes;
  for (const NodeId v : parts_.nodes[index(component.parts[index(part)])]) {
    nodes.push_back(local_[index(v)]);
  }
  if (nodes.size() > 2 * kEnds) {
    std::sort(nodes.begin(), nodes.end(), [&](NodeId a, NodeId b) {
      return y[index(a)] != y[index(b)] ? y[index(a)] < y[index(b)] : a < b;
    });
    nodes.erase(nodes.begin() + kEnds, nodes.end() - kEnds);
  }
  return nodes;
}

std::optional<TwoLevelFosr::Step> TwoLevelFosr::join(Component& component, Edge pair,
                                                     const PairOrder& order) {
  const std::vector<double> y = component.fine.scaled();
  const std::vector<NodeId> left = ends(component, pair.u, y);
  const std::vector<NodeId> right = ends(component, pair.v, y);
  const EditableGraph& graph = component.fine.network().graph();
  const auto for_pairs = [&](const auto& visit) {
    for (const NodeId u : left) {
      for (const NodeId v : right) {
        if (!graph.has_edge(u, v)) {
          visit(sorted_edge(u, v), y[index(u)] * y[index(v)]);
        }
      }
    }
  };
  double best = std::numeric_limits<double>::infinity();
  for_pairs([&](Edge, double product) { best = std::min(best, product); });
  Step step{.score = best, .tied = 0};
  Edge local = {};
  for_pairs([&](Edge edge, double product) {
    const Edge global{component.nodes[index(edge.u)], component.nodes[index(edge.v)]};
    if (is_tied(best, product) && (step.tied++ == 0 || order.before(global, step.edge))) {
      step.edge = global;
      local = edge;
    }
  });
  if (step.tied == 0) {
    return std::nullopt;
  }
  component.fine.add_edge(local);
  return step;
}

std::optional<TwoLevelFosr::Step> TwoLevelFosr::step(const PairOrder& order) {
  while (Component* const component = choose()) {
    const LeastProduct least = least_product(component->coarse.scaled(), component->full);
    if (least.tied.empty()) {
      component->done = true;
      continue;
    }
    const Edge pair = least.tied.front();
    const std::optional<Step> step = join(*component, pair, order);
    if (!step) {
      component->full.add_edge(pair.u, pair.v);
      continue;
    }
    component->coarse.add_edge(pair);
    if (!component->coarse.power_step()) {
      // Of two parts alone: I + N takes their vector to 0.
      (void)component->coarse.start_exact(component->parts);
    }
    component->coarse.update_estimate();
    vanished_ = !component->fine.power_step() || vanished_;
    return step;
  }
  return std::nullopt;
}

}  // namespace isthmus::rewiring
