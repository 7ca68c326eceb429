#include "contiguous_parts.hpp"

#include <algorithm>
#include <cstddef>
#include <map>
#include <numeric>

#include "isthmus/partition/partition_kway.hpp"

#include "index.hpp"

namespace isthmus::rewiring {
namespace {

/// Pieces of parts that are connected, by their smallest nodes.
struct Pieces {
  std::vector<std::int32_t> piece;  ///< [N]
  std::vector<std::int64_t> size;
  std::vector<std::int32_t> part;  ///< Of each piece.
};

Pieces pieces_of(const CsrView& csr, const std::vector<std::int32_t>& part) {
  Pieces pieces{.piece = std::vector<std::int32_t>(part.size(), -1), .size = {}, .part = {}};
  std::vector<NodeId> queue;
  for (NodeId root = 0; root < csr.num_rows(); ++root) {
    if (pieces.piece[index(root)] >= 0) {
      continue;
    }
    const auto id = static_cast<std::int32_t>(pieces.size.size());
    queue.assign(1, root);
    pieces.piece[index(root)] = id;
    for (std::size_t next = 0; next < queue.size(); ++next) {
      for (const NodeId v : csr.row(queue[next])) {
        if (pieces.piece[index(v)] < 0 && part[index(v)] == part[index(root)]) {
          pieces.piece[index(v)] = id;
          queue.push_back(v);
        }
      }
    }
    pieces.size.push_back(static_cast<std::int64_t>(queue.size()));
    pieces.part.push_back(part[index(root)]);
  }
  return pieces;
}

std::int32_t root_of(std::vector<std::int32_t>& parent, std::int32_t piece) {
  while (parent[index(piece)] != piece) {
    parent[index(piece)] = parent[index(parent[index(piece)])];
    piece = parent[index(piece)];
  }
  return piece;
}

/// Of each piece the one it has most edges to; -1 for none.
std::vector<std::int32_t> nearest_pieces(const CsrView& csr, const Pieces& pieces) {
  std::vector<std::map<std::int32_t, std::int64_t>> edges(pieces.size.size());
  for (NodeId u = 0; u < csr.num_rows(); ++u) {
    for (const NodeId v : csr.row(u)) {
      if (pieces.piece[index(u)] != pieces.piece[index(v)]) {
        ++edges[index(pieces.piece[index(u)])][pieces.piece[index(v)]];
      }
    }
  }
  std::vector<std::int32_t> nearest(edges.size(), -1);
  for (std::size_t p = 0; p < edges.size(); ++p) {
    std::int64_t most = 0;
    for (const auto& [other, count] : edges[p]) {
      if (count > most) {
        nearest[p] = other;
        most = count;
      }
    }
  }
  return nearest;
}

}  // namespace

ContiguousParts made_contiguous(const Graph& graph, const std::vector<std::int32_t>& part) {
  const CsrView csr = graph.csr();
  const Pieces pieces = pieces_of(csr, part);
  const std::vector<std::int32_t> nearest = nearest_pieces(csr, pieces);
  std::map<std::int32_t, std::int32_t> largest;  // piece of each part
  for (std::size_t p = 0; p < pieces.size.size(); ++p) {
    const auto [known, fresh] = largest.try_emplace(pieces.part[p], static_cast<std::int32_t>(p));
    if (!fresh && pieces.size[p] > pieces.size[index(known->second)]) {
      known->second = static_cast<std::int32_t>(p);
    }
  }
  std::vector<std::int32_t> parent(pieces.size.size());
  std::iota(parent.begin(), parent.end(), 0);
  for (std::size_t p = 0; p < parent.size(); ++p) {
    if (largest[pieces.part[p]] != static_cast<std::int32_t>(p) && nearest[p] >= 0) {
      const std::int32_t a = root_of(parent, static_cast<std::int32_t>(p));
      const std::int32_t b = root_of(parent, nearest[p]);
      parent[index(std::max(a, b))] = std::min(a, b);
    }
  }
  ContiguousParts result{.part = std::vector<std::int32_t>(part.size()), .nodes = {}};
  std::vector<std::int32_t> number(parent.size(), -1);
  for (std::size_t v = 0; v < part.size(); ++v) {
    std::int32_t& id = number[index(root_of(parent, pieces.piece[v]))];
    if (id < 0) {
      id = static_cast<std::int32_t>(result.nodes.size());
      result.nodes.emplace_back();
    }
    result.part[v] = id;
    result.nodes[index(id)].push_back(static_cast<NodeId>(v));
  }
  return result;
}

ContiguousParts contiguous_parts(const Graph& graph, std::int64_t parts) {
  if (graph.num_nodes() == 0) {
    return {};
  }
  return made_contiguous(
      graph,
      partition::partition_kway(graph, {.parts = std::min<std::int64_t>(parts, graph.num_nodes())})
          .part);
}

}  // namespace isthmus::rewiring
