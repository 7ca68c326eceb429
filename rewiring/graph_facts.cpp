#include "isthmus/rewiring/graph_facts.hpp"

#include <algorithm>
#include <map>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/graph/simple_graph.hpp"
#include "isthmus/graph/traversal.hpp"

#include "node_loop.hpp"
#include "ring_walker.hpp"

namespace isthmus::rewiring {
namespace {

using Histogram = std::vector<std::int64_t>;

void check_labels(const Graph& graph, std::span<const std::int64_t> labels, const char* function) {
  if (static_cast<std::int64_t>(labels.size()) != graph.num_nodes()) {
    throw InvalidArgument(std::string(function) + ": labels must have one entry per node, " +
                          std::to_string(graph.num_nodes()) + ", got " +
                          std::to_string(labels.size()));
  }
}

void describe_degrees(const CsrView& csr, GraphFacts& facts) {
  if (facts.n == 0) {
    return;
  }
  facts.min_degree = csr.degree(0);
  for (NodeId v = 0; v < facts.n; ++v) {
    facts.isolated += csr.degree(v) == 0 ? 1 : 0;
    facts.min_degree = std::min(facts.min_degree, csr.degree(v));
    facts.max_degree = std::max(facts.max_degree, csr.degree(v));
  }
  facts.mean_degree = static_cast<double>(facts.volume) / static_cast<double>(facts.n);
}

void describe_hops(const Graph& graph, const GraphFactsOptions& options, GraphFacts& facts) {
  const CsrView csr = graph.csr();
  std::vector<Histogram> parts(index(chunks_of(facts.n)));
  const bool done = for_node_chunks(
      facts.n, {options.progress, options.cancel}, [&] { return RingWalker(csr); },
      [&](RingWalker& walker, std::int64_t chunk, std::int64_t first, std::int64_t last) {
        Histogram& counts = parts[index(chunk)];
        for (std::int64_t v = first; v < last; ++v) {
          walker.walk(static_cast<NodeId>(v));
          counts.resize(std::max(counts.size(), index(walker.last_hop()) + 1));
          for (std::int32_t hop = 1; hop <= walker.last_hop(); ++hop) {
            counts[index(hop)] += static_cast<std::int64_t>(walker.ring(hop).size());
          }
        }
      });
  if (!done) {
    facts.stop = Stop::kLimit;
    return;
  }
  for (const Histogram& part : parts) {
    facts.hop_histogram.resize(std::max(facts.hop_histogram.size(), part.size()));
    for (std::size_t hop = 0; hop < part.size(); ++hop) {
      facts.hop_histogram[hop] += part[hop];
    }
  }
  for (std::int64_t& pairs : facts.hop_histogram) {
    pairs /= 2;  // met from both ends
  }
  facts.diameter = static_cast<std::int32_t>(facts.hop_histogram.size()) - 1;
}

/// From the smallest node of each component to a farthest one, and from there again.
void bound_diameter(const Graph& graph, const GraphFactsOptions& options, GraphFacts& facts) {
  RingWalker walker(graph.csr());
  std::vector<bool> met(index(facts.n));
  facts.diameter_exact = false;
  facts.diameter = 0;
  for (NodeId v = 0; v < facts.n; ++v) {
    if (met[index(v)]) {
      continue;
    }
    if (options.cancel.requested()) {
      facts.diameter.reset();
      facts.stop = Stop::kLimit;
      return;
    }
    walker.walk(v);
    for (const NodeId u : walker.within(walker.last_hop())) {
      met[index(u)] = true;
    }
    const std::span<const NodeId> farthest = walker.ring(walker.last_hop());
    walker.walk(*std::min_element(farthest.begin(), farthest.end()));
    facts.diameter = std::max(*facts.diameter, walker.last_hop());
  }
}

}  // namespace

Homophily homophily(const Graph& graph, std::span<const std::int64_t> labels) {
  check_simple(graph, "homophily");
  check_labels(graph, labels, "homophily");
  if (graph.num_edges() == 0) {
    return {};
  }
  const CsrView csr = graph.csr();
  std::map<std::int64_t, std::int64_t> volume;
  std::int64_t inside = 0;
  for (NodeId v = 0; v < csr.num_rows(); ++v) {
    volume[labels[index(v)]] += csr.degree(v);
    const std::span<const NodeId> row = csr.row(v);
    inside += std::count_if(row.begin(), row.end(),
                            [&](NodeId u) { return labels[index(u)] == labels[index(v)]; });
  }
  const auto arcs = static_cast<double>(graph.num_edges());
  const double h = static_cast<double>(inside) / arcs;
  double by_chance = 0.0;
  bool one_has_all = false;
  for (const auto& [label, sum] : volume) {
    const double share = static_cast<double>(sum) / arcs;
    by_chance += share * share;
    one_has_all = one_has_all || sum == graph.num_edges();
  }
  Homophily result{.edge = h, .adjusted = std::nullopt};
  if (!one_has_all) {
    result.adjusted = (h - by_chance) / (1.0 - by_chance);
  }
  return result;
}

GraphFacts graph_facts(const Graph& graph, const GraphFactsOptions& options) {
  check_simple(graph, "graph_facts");
  if (options.exact_nodes < 0) {
    throw InvalidArgument("graph_facts: exact_nodes must be >= 0, got " +
                          std::to_string(options.exact_nodes));
  }
  if (!options.labels.empty()) {
    check_labels(graph, options.labels, "graph_facts");
  }
  GraphFacts facts;
  facts.n = graph.num_nodes();
  facts.m = graph.num_edges() / 2;
  facts.volume = graph.num_edges();
  facts.components = connected_components(graph).count();
  describe_degrees(graph.csr(), facts);
  if (!options.labels.empty()) {
    facts.homophily = homophily(graph, options.labels);
  }
  if (facts.n > options.exact_nodes) {
    bound_diameter(graph, options, facts);
  } else if (facts.n > 0) {
    describe_hops(graph, options, facts);
  }
  return facts;
}

}  // namespace isthmus::rewiring
