#include "normalized_network.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "isthmus/core/assert.hpp"

#include "sorted_edge.hpp"

namespace isthmus::rewiring {
namespace {

std::size_t at(NodeId v) { return static_cast<std::size_t>(v); }

}  // namespace

NormalizedNetwork::NormalizedNetwork(const ComponentPart& part, double loop)
    : loop_(loop),
      graph_(part.network.graph),
      edges_(weighted_edges(part.network)),
      degree_(part.nodes.size(), loop),
      root_(part.nodes.size()) {
  for (const auto& [edge, weight] : edges_) {
    degree_[at(edge.u)] += weight;
    degree_[at(edge.v)] += weight;
  }
  for (std::size_t v = 0; v < root_.size(); ++v) {
    root_[v] = std::sqrt(degree_[v]);
  }
}

bool NormalizedNetwork::is_complete() const noexcept {
  const std::int64_t n = num_nodes();
  return graph_.num_edges() == n * (n - 1) / 2;
}

linalg::Conductances NormalizedNetwork::conductances() const {
  linalg::Conductances network{.graph = graph_.graph(), .weight = {}};
  if (std::all_of(edges_.begin(), edges_.end(),
                  [](const WeightedEdge& e) { return e.weight == 1.0; })) {
    return network;
  }
  std::vector<WeightedEdge> sorted = edges_;
  const auto before = [](const WeightedEdge& e, const Edge& edge) { return e.edge < edge; };
  std::sort(sorted.begin(), sorted.end(),
            [](const WeightedEdge& a, const WeightedEdge& b) { return a.edge < b.edge; });
  for (NodeId v = 0; v < num_nodes(); ++v) {
    for (const NodeId u : network.graph.csr().row(v)) {
      network.weight.push_back(
          std::lower_bound(sorted.begin(), sorted.end(), sorted_edge(u, v), before)->weight);
    }
  }
  return network;
}

void NormalizedNetwork::multiply(std::span<const double> x, std::span<double> y) const {
  std::vector<double> scaled(x.size());
  for (std::size_t v = 0; v < x.size(); ++v) {
    scaled[v] = x[v] / root_[v];
    y[v] = loop_ * scaled[v];
  }
  for (const auto& [edge, weight] : edges_) {
    y[at(edge.u)] += weight * scaled[at(edge.v)];
    y[at(edge.v)] += weight * scaled[at(edge.u)];
  }
  for (std::size_t v = 0; v < x.size(); ++v) {
    y[v] /= root_[v];
  }
}

void NormalizedNetwork::deflate(std::span<double> x) const {
  const double share = dot(x, root_) / dot(root_, root_);
  for (std::size_t v = 0; v < x.size(); ++v) {
    x[v] -= share * root_[v];
  }
}

void NormalizedNetwork::change_degree(NodeId v, double by) {
  degree_[at(v)] += by;
  root_[at(v)] = std::sqrt(degree_[at(v)]);
}

void NormalizedNetwork::add_edge(NodeId u, NodeId v, double weight) {
  graph_.add_edge(u, v);
  edges_.push_back({sorted_edge(u, v), weight});
  change_degree(u, weight);
  change_degree(v, weight);
}

void NormalizedNetwork::remove_edge(NodeId u, NodeId v) {
  const Edge edge = sorted_edge(u, v);
  const auto place = std::find_if(edges_.begin(), edges_.end(),
                                  [&](const WeightedEdge& e) { return e.edge == edge; });
  ISTHMUS_ASSERT(place != edges_.end());
  graph_.remove_edge(u, v);
  change_degree(u, -place->weight);
  change_degree(v, -place->weight);
  edges_.erase(place);
}

double dot(std::span<const double> x, std::span<const double> y) {
  double sum = 0.0;
  for (std::size_t i = 0; i < x.size(); ++i) {
    sum += x[i] * y[i];
  }
  return sum;
}

bool normalize(std::span<double> x) {
  const double norm = std::sqrt(dot(x, x));
  if (!(norm > 0.0) || !std::isfinite(norm)) {
    return false;
  }
  for (double& value : x) {
    value /= norm;
  }
  return true;
}

}  // namespace isthmus::rewiring
