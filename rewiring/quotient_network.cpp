#include "quotient_network.hpp"

#include <algorithm>
#include <limits>
#include <map>

#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"
#include "sorted_edge.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

constexpr double kNoPair = -std::numeric_limits<double>::infinity();

}  // namespace

ComponentParts quotient_components(const Graph& graph, std::span<const double> conductance,
                                   const ContiguousParts& parts) {
  std::map<Edge, double> joint;
  const CsrView csr = graph.csr();
  for (NodeId u = 0; u < csr.num_rows(); ++u) {
    for (EdgeId slot = csr.rowptr[index(u)]; slot < csr.rowptr[index(u) + 1]; ++slot) {
      const std::int32_t a = parts.part[index(u)];
      const std::int32_t b = parts.part[index(csr.col[index(slot)])];
      if (a < b) {
        joint[{a, b}] += conductance.empty() ? 1.0 : conductance[index(slot)];
      }
    }
  }
  std::vector<Edge> edges;
  edges.reserve(joint.size());
  for (const auto& [edge, weight] : joint) {
    edges.push_back(edge);
  }
  const Graph quotient = Graph::from_edges(static_cast<NodeId>(parts.nodes.size()), edges);
  const CsrView rows = quotient.csr();
  std::vector<double> weight;
  for (NodeId a = 0; a < rows.num_rows(); ++a) {
    for (const NodeId b : rows.row(a)) {
      weight.push_back(joint[sorted_edge(a, b)]);
    }
  }
  return component_parts(quotient, weight, "quotient");
}

QuotientNetwork::QuotientNetwork(const ComponentParts& quotient)
    : component_(quotient.component), local_(quotient.local) {
  for (const ComponentPart& part : quotient.parts) {
    components_.push_back(
        {part.nodes, DenseState(part.size(), weighted_edges(part.network), PairScore::kGain)});
  }
}

QuotientNetwork::Pair QuotientNetwork::best() {
  const auto ranks = [&](const Component& one, NodeId u, NodeId v) {
    return excluded_.empty() || !excluded_.contains({one.nodes[index(u)], one.nodes[index(v)]});
  };
  std::vector<std::vector<double>> of_row;
  double best = kNoPair;
  for (Component& one : components_) {
    one.state.scan();  // writes what is pending
    std::vector<double>& rows = of_row.emplace_back(one.nodes.size(), kNoPair);
    const NodeId n = one.state.num_nodes();
    parallel_chunks(n, [&](std::int64_t row) {
      const auto u = static_cast<NodeId>(row);
      for (NodeId v = u + 1; v < n; ++v) {
        if (ranks(one, u, v)) {
          rows[index(u)] = std::max(rows[index(u)], one.state.gain_score(u, v));
        }
      }
    });
    best = std::max(best, *std::max_element(rows.begin(), rows.end()));
  }
  Pair chosen;
  if (best == kNoPair) {
    return chosen;
  }
  for (std::size_t c = 0; c < components_.size(); ++c) {
    const Component& one = components_[c];
    const NodeId n = one.state.num_nodes();
    for (NodeId u = 0; u < n; ++u) {
      if (!is_tied(best, of_row[c][index(u)])) {
        continue;
      }
      for (NodeId v = u + 1; v < n; ++v) {
        const Pair pair{one.nodes[index(u)], one.nodes[index(v)]};
        if (ranks(one, u, v) && is_tied(best, one.state.gain_score(u, v)) &&
            (chosen.a < 0 || Edge{pair.a, pair.b} < Edge{chosen.a, chosen.b})) {
          chosen = pair;
        }
      }
    }
  }
  return chosen;
}

void QuotientNetwork::add_edge(Pair pair) {
  components_[index(component_[index(pair.a)])].state.add_edge(local_[index(pair.a)],
                                                               local_[index(pair.b)], 1.0);
}

void QuotientNetwork::exclude(Pair pair) { excluded_.insert({pair.a, pair.b}); }

}  // namespace isthmus::rewiring
