#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/philox.hpp"
#include "isthmus/graph/graph.hpp"

/// Small graphs with known answers, for the tests and benchmarks of every room. Undirected unless
/// the comment says otherwise: both arcs are stored.
namespace isthmus::test {

/// n isolated nodes:  0   1   2   ...
inline Graph isolated(NodeId n) { return Graph::from_edges(n, {}); }

/// 0 - 1 - 2 - ... - (n-1)
inline Graph path(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    edges.push_back({v - 1, v});
  }
  return Graph::from_edges(n, edges);
}

/// 0 -> 1 -> 2 -> ... -> (n-1), directed.
inline Graph directed_path(NodeId n) {
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
  for (NodeId v = 1; v < n; ++v) {
    src.push_back(v - 1);
    dst.push_back(v);
  }
  return Graph::from_coo(n, src, dst);
}

///   0 - 1 - 2
///   |       |      here n = 6; n >= 3
///   5 - 4 - 3
inline Graph cycle(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 0; v < n; ++v) {
    edges.push_back({v, (v + 1) % n});
  }
  return Graph::from_edges(n, edges);
}

/// Every pair joined, no loops: n (n-1) / 2 edges.
inline Graph complete(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId u = 0; u < n; ++u) {
    for (NodeId v = u + 1; v < n; ++v) {
      edges.push_back({u, v});
    }
  }
  return Graph::from_edges(n, edges);
}

/// Each of 0..a-1 joined to each of a..a+b-1. complete_bipartite(3, 3) is not planar.
inline Graph complete_bipartite(NodeId a, NodeId b) {
  std::vector<Edge> edges;
  for (NodeId u = 0; u < a; ++u) {
    for (NodeId v = a; v < a + b; ++v) {
      edges.push_back({u, v});
    }
  }
  return Graph::from_edges(a + b, edges);
}

///     1
///     |
/// 4 - 0 - 2      the hub 0 and its leaves 1..leaves, here 4
///     |
///     3
inline Graph star(NodeId leaves) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v <= leaves; ++v) {
    edges.push_back({0, v});
  }
  return Graph::from_edges(leaves + 1, edges);
}

/// 0 - 1 - 2
/// |   |   |      node r * columns + c, here 2 rows and 3 columns
/// 3 - 4 - 5
inline Graph grid(NodeId rows, NodeId columns) {
  std::vector<Edge> edges;
  for (NodeId r = 0; r < rows; ++r) {
    for (NodeId c = 0; c < columns; ++c) {
      const NodeId v = r * columns + c;
      if (c + 1 < columns) {
        edges.push_back({v, v + 1});
      }
      if (r + 1 < rows) {
        edges.push_back({v, v + columns});
      }
    }
  }
  return Graph::from_edges(rows * columns, edges);
}

/// Two cliques of size k, 0..k-1 and k..2k-1, joined by the one edge {k-1, k}: a bottleneck.
inline Graph barbell(NodeId k) {
  std::vector<Edge> edges{{k - 1, k}};
  for (const NodeId first : {NodeId{0}, k}) {
    for (NodeId u = first; u < first + k; ++u) {
      for (NodeId v = u + 1; v < first + k; ++v) {
        edges.push_back({u, v});
      }
    }
  }
  return Graph::from_edges(2 * k, edges);
}

/// The tree where node v hangs under (v - 1) / 2:
///        0
///      1   2
///     3 4 5 6
inline Graph binary_tree(NodeId n) {
  std::vector<Edge> edges;
  for (NodeId v = 1; v < n; ++v) {
    edges.push_back({(v - 1) / 2, v});
  }
  return Graph::from_edges(n, edges);
}

/// Petersen's graph: outer cycle 0..4, inner star 5..9, spokes {i, i+5}. 3-regular, girth 5,
/// diameter 2, not planar, not Hamiltonian, with perfect matchings.
inline Graph petersen() {
  std::vector<Edge> edges;
  for (NodeId i = 0; i < 5; ++i) {
    edges.push_back({i, (i + 1) % 5});
    edges.push_back({i, i + 5});
    edges.push_back({i + 5, (i + 2) % 5 + 5});
  }
  return Graph::from_edges(10, edges);
}

/// Each pair joined with probability p, by the draws of stream (seed, 0).
inline Graph erdos_renyi(NodeId n, double p, std::uint64_t seed) {
  RandomStream draws(seed, 0);
  std::vector<Edge> edges;
  for (NodeId u = 0; u < n; ++u) {
    for (NodeId v = u + 1; v < n; ++v) {
      if (draws.uniform() < p) {
        edges.push_back({u, v});
      }
    }
  }
  return Graph::from_edges(n, edges);
}

/// Arcs as a caller gives them: any order, loops and parallel arcs among them.
struct ArcArrays {
  NodeId num_src = 0;
  NodeId num_dst = 0;
  std::vector<NodeId> src;
  std::vector<NodeId> dst;
};

/// Uniform arcs, directed. Few nodes and many arcs give loops and parallel arcs, many nodes and few
/// arcs give isolated nodes.
inline ArcArrays random_arcs(NodeId num_src, NodeId num_dst, EdgeId num_arcs, std::uint64_t seed) {
  RandomStream draws(seed, 1);
  ArcArrays arcs{num_src, num_dst, {}, {}};
  for (EdgeId e = 0; e < num_arcs; ++e) {
    arcs.src.push_back(static_cast<NodeId>(draws.integer(num_src)));
    arcs.dst.push_back(static_cast<NodeId>(draws.integer(num_dst)));
  }
  return arcs;
}

/// random_arcs() as a directed multigraph on n nodes.
inline Graph random_multigraph(NodeId n, EdgeId num_arcs, std::uint64_t seed) {
  const ArcArrays arcs = random_arcs(n, n, num_arcs, seed);
  return Graph::from_coo(n, arcs.src, arcs.dst);
}

}  // namespace isthmus::test
