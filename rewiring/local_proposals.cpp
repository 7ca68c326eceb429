#include "local_proposals.hpp"

#include <algorithm>
#include <limits>

#include "isthmus/graph/arc_slot.hpp"

#include "dense_state.hpp"
#include "index.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

constexpr int kHaloHops = 2;

/// The part and its halo, ascending.
std::vector<NodeId> with_halo(const EditableGraph& now, std::span<const NodeId> part) {
  const std::size_t bound = std::max(kLocalNodes, 2 * part.size());
  std::vector<NodeId> nodes(part.begin(), part.end());
  for (int hop = 0; hop < kHaloHops; ++hop) {
    std::vector<NodeId> larger = nodes;
    for (const NodeId v : nodes) {
      const auto neighbours = now.neighbours(v);
      larger.insert(larger.end(), neighbours.begin(), neighbours.end());
    }
    std::sort(larger.begin(), larger.end());
    larger.erase(std::unique(larger.begin(), larger.end()), larger.end());
    if (larger.size() > bound) {
      break;
    }
    nodes = std::move(larger);
  }
  return nodes;
}

/// 1 for an edge that was added.
double conductance_of(const Graph& input, std::span<const double> conductance, NodeId u, NodeId v) {
  const EdgeId slot = conductance.empty() ? -1 : arc_slot(input.csr(), u, v);
  return slot < 0 ? 1.0 : conductance[index(slot)];
}

}  // namespace

std::vector<Edge> local_proposals(const EditableGraph& now, const Graph& input,
                                  std::span<const double> conductance, std::span<const NodeId> part,
                                  std::size_t count) {
  std::vector<Edge> proposals;
  if (part.size() < 3 || part.size() > kLocalNodes) {
    return proposals;
  }
  const std::vector<NodeId> nodes = with_halo(now, part);
  const auto local = [&](NodeId v) {
    return static_cast<NodeId>(std::lower_bound(nodes.begin(), nodes.end(), v) - nodes.begin());
  };
  std::vector<WeightedEdge> edges;
  for (const NodeId u : nodes) {
    for (const NodeId v : now.neighbours(u)) {
      if (u < v && std::binary_search(nodes.begin(), nodes.end(), v)) {
        edges.push_back({{local(u), local(v)}, conductance_of(input, conductance, u, v)});
      }
    }
  }
  DenseState state(static_cast<NodeId>(nodes.size()), edges, PairScore::kGain);
  std::vector<NodeId> inside;
  for (const NodeId v : part) {
    inside.push_back(local(v));
  }
  while (proposals.size() < count) {
    double best = -std::numeric_limits<double>::infinity();
    Edge chosen = {-1, -1};
    for (const bool find : {false, true}) {  // the best value first, then the first tied pair
      for (std::size_t i = 0; i < inside.size() && chosen.u < 0; ++i) {
        for (std::size_t j = i + 1; j < inside.size() && chosen.u < 0; ++j) {
          if (state.has_edge(inside[i], inside[j])) {
            continue;
          }
          const double score = state.gain_score(inside[i], inside[j]);
          if (!find) {
            best = std::max(best, score);
          } else if (is_tied(best, score)) {
            chosen = {inside[i], inside[j]};
          }
        }
      }
    }
    if (chosen.u < 0) {
      break;
    }
    proposals.push_back({nodes[index(chosen.u)], nodes[index(chosen.v)]});
    state.add_edge(chosen.u, chosen.v, 1.0);
  }
  return proposals;
}

}  // namespace isthmus::rewiring
