#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <numeric>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/fraction.hpp"

/// Ollivier-Ricci curvature as GraphRicciCurvature computes it, plainly: hop distances of all
/// pairs, then for each edge the dense transport problem between the whole measures.
namespace isthmus::bench {

/// Hop distances of all pairs, one byte each.
inline std::vector<std::uint8_t> all_hops(const Graph& graph) {
  const CsrView csr = graph.csr();
  const auto nodes = static_cast<std::size_t>(csr.num_rows());
  std::vector<std::uint8_t> hops(nodes * nodes, 255);
  std::vector<NodeId> queue;
  for (std::size_t s = 0; s < nodes; ++s) {
    std::uint8_t* const row = hops.data() + s * nodes;
    queue.assign(1, static_cast<NodeId>(s));
    row[s] = 0;
    for (std::size_t i = 0; i < queue.size(); ++i) {
      const auto v = static_cast<std::size_t>(queue[i]);
      for (const NodeId w : csr.row(queue[i])) {
        if (row[static_cast<std::size_t>(w)] == 255) {
          row[static_cast<std::size_t>(w)] = static_cast<std::uint8_t>(row[v] + 1);
          queue.push_back(w);
        }
      }
    }
  }
  return hops;
}

/// Least cost of shipping `supply` to `demand`, dense: shortest augmenting paths by Dijkstra with
/// potentials.
class DenseTransport {
 public:
  std::int64_t solve(std::vector<std::int64_t> supply, std::vector<std::int64_t> demand,
                     const std::vector<std::int64_t>& cost) {
    const std::size_t s = supply.size();
    const std::size_t t = demand.size();
    flow_.assign(s * t, 0);
    row_dual_.assign(s, 0);
    column_dual_.assign(t, 0);
    std::int64_t total = 0;
    for (std::size_t start = 0; start < s; ++start) {
      while (supply[start] > 0) {
        const std::size_t end = search(start, demand, cost, s, t);
        std::int64_t amount = std::min(supply[start], demand[end]);
        for (std::size_t j = end; from_[j] != start; j = back_[from_[j]]) {
          amount = std::min(amount, flow_[from_[j] * t + back_[from_[j]]]);
        }
        for (std::size_t j = end;;) {
          const std::size_t i = from_[j];
          flow_[i * t + j] += amount;
          total += amount * cost[i * t + j];
          if (i == start) {
            break;
          }
          j = back_[i];
          flow_[i * t + j] -= amount;
          total -= amount * cost[i * t + j];
        }
        supply[start] -= amount;
        demand[end] -= amount;
      }
    }
    return total;
  }

  /// What the last solve() ships from row i to column j.
  [[nodiscard]] std::int64_t flow(std::size_t i, std::size_t j) const {
    return flow_[i * column_dual_.size() + j];
  }
  /// What an optimal plan may ship between the two costs just this, by complementary slackness.
  [[nodiscard]] std::int64_t dual(std::size_t i, std::size_t j) const {
    return row_dual_[i] + column_dual_[j];
  }

 private:
  /// The nearest column in want; from_ and back_ are the way there.
  std::size_t search(std::size_t start, const std::vector<std::int64_t>& demand,
                     const std::vector<std::int64_t>& cost, std::size_t s, std::size_t t) {
    constexpr auto kFar = std::numeric_limits<std::int64_t>::max() / 2;
    from_.assign(t, s);
    back_.assign(s, t);
    distance_.assign(t, kFar);
    done_.assign(t, 0);
    row_distance_.assign(s, kFar);
    row_distance_[start] = 0;
    const auto open_row = [&](std::size_t i) {
      for (std::size_t j = 0; j < t; ++j) {
        const std::int64_t way =
            row_distance_[i] + cost[i * t + j] - row_dual_[i] - column_dual_[j];
        if (done_[j] == 0 && way < distance_[j]) {
          distance_[j] = way;
          from_[j] = i;
        }
      }
    };
    open_row(start);
    for (;;) {
      std::size_t best = t;
      for (std::size_t j = 0; j < t; ++j) {
        if (done_[j] == 0 && (best == t || distance_[j] < distance_[best])) {
          best = j;
        }
      }
      done_[best] = 1;
      if (demand[best] > 0) {
        for (std::size_t i = 0; i < s; ++i) {
          row_dual_[i] += std::max<std::int64_t>(0, distance_[best] - row_distance_[i]);
        }
        for (std::size_t j = 0; j < t; ++j) {
          column_dual_[j] -= std::max<std::int64_t>(0, distance_[best] - distance_[j]);
        }
        return best;
      }
      for (std::size_t i = 0; i < s; ++i) {
        if (row_distance_[i] == kFar && flow_[i * t + best] > 0) {
          row_distance_[i] = distance_[best];
          back_[i] = best;
          open_row(i);
        }
      }
    }
  }

  std::vector<std::int64_t> flow_, row_dual_, column_dual_, distance_, row_distance_;
  std::vector<std::size_t> from_, back_;
  std::vector<std::uint8_t> done_;
};

/// kappa_0 of an edge, rows being the neighbours of its u and columns those of its v.
inline rewiring::Fraction dense_curvature(const Graph& graph, const std::vector<std::uint8_t>& hops,
                                          Edge edge, DenseTransport& transport) {
  const CsrView csr = graph.csr();
  const auto nodes = static_cast<std::size_t>(csr.num_rows());
  const auto a = csr.row(edge.u);
  const auto b = csr.row(edge.v);
  const std::int64_t scale = std::lcm(std::ssize(a), std::ssize(b));
  std::vector<std::int64_t> cost;
  cost.reserve(a.size() * b.size());
  for (const NodeId u : a) {
    for (const NodeId v : b) {
      cost.push_back(hops[static_cast<std::size_t>(u) * nodes + static_cast<std::size_t>(v)]);
    }
  }
  const std::int64_t least =
      transport.solve(std::vector<std::int64_t>(a.size(), scale / std::ssize(a)),
                      std::vector<std::int64_t>(b.size(), scale / std::ssize(b)), cost);
  return {scale - least, scale};
}

}  // namespace isthmus::bench
