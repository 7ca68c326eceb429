#include "triangle_classes.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

#include "isthmus/core/parallel_chunks.hpp"

#include "node_loop.hpp"
#include "sorted_edge.hpp"

namespace isthmus::rewiring {
namespace {

std::uint64_t key(NodeId u, NodeId v) {
  return static_cast<std::uint64_t>(std::min(u, v)) << 32U |
         static_cast<std::uint64_t>(std::max(u, v));
}

/// |N(u) ∩ N(v)|: the shorter row is looked up in the longer one.
std::int64_t count_common(std::span<const NodeId> a, std::span<const NodeId> b) {
  if (a.size() > b.size()) {
    std::swap(a, b);
  }
  return std::count_if(a.begin(), a.end(),
                       [&](NodeId w) { return std::binary_search(b.begin(), b.end(), w); });
}

/// Of the arcs of each row, in the order of the rows.
std::vector<std::int32_t> triangles_of_arcs(const CsrView& csr) {
  std::vector<std::int32_t> triangles(csr.col.size());
  parallel_chunks(chunks_of(csr.num_rows()), [&](std::int64_t chunk) {
    const std::int64_t last = std::min<std::int64_t>(csr.num_rows(), (chunk + 1) * kNodesOfChunk);
    for (std::int64_t u = chunk * kNodesOfChunk; u < last; ++u) {
      const std::span<const NodeId> row = csr.row(static_cast<NodeId>(u));
      for (std::size_t i = 0; i < row.size(); ++i) {
        if (row[i] > u) {
          triangles[index(csr.rowptr[index(u)]) + i] =
              static_cast<std::int32_t>(count_common(row, csr.row(row[i])));
        }
      }
    }
  });
  return triangles;
}

}  // namespace

TriangleClasses::TriangleClasses(const Graph& graph) : graph_(graph) {
  const CsrView csr = graph.csr();
  const std::vector<std::int32_t> triangles = triangles_of_arcs(csr);
  place_.reserve(csr.col.size() / 2);
  for (NodeId u = 0; u < csr.num_rows(); ++u) {
    const std::span<const NodeId> row = csr.row(u);
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (row[i] > u) {
        insert(u, row[i], index(triangles[index(csr.rowptr[index(u)]) + i]));
      }
    }
  }
}

std::int64_t TriangleClasses::triangles(NodeId u, NodeId v) const {
  return static_cast<std::int64_t>(place_.at(key(u, v)).triangles);
}

Edge TriangleClasses::draw(double temperature, RandomStream& draws) const {
  std::size_t fewest = 0;
  while (classes_[fewest].empty()) {
    ++fewest;
  }
  // The largest exponent is taken off all: no temperature is too high.
  std::vector<double> upto(classes_.size());
  double total = 0.0;
  for (std::size_t t = fewest; t < classes_.size(); ++t) {
    const double exponent = temperature / (2.0 + static_cast<double>(t)) -
                            temperature / (2.0 + static_cast<double>(fewest));
    total += static_cast<double>(classes_[t].size()) * std::exp(exponent);
    upto[t] = total;
  }
  const double drawn = draws.uniform() * total;
  std::size_t chosen = fewest;
  while (chosen + 1 < classes_.size() && (upto[chosen] <= drawn || classes_[chosen].empty())) {
    ++chosen;
  }
  while (classes_[chosen].empty()) {  // rounding led beyond the last
    --chosen;
  }
  const auto size = static_cast<std::int64_t>(classes_[chosen].size());
  return classes_[chosen][index(draws.integer(size))];
}

void TriangleClasses::add_edge(NodeId u, NodeId v) {
  insert(u, v, change_others(u, v, true));
  graph_.add_edge(u, v);
}

void TriangleClasses::remove_edge(NodeId u, NodeId v) {
  graph_.remove_edge(u, v);
  change_others(u, v, false);
  erase(u, v);
}

void TriangleClasses::insert(NodeId u, NodeId v, std::size_t triangles) {
  if (triangles >= classes_.size()) {
    classes_.resize(triangles + 1);
  }
  place_[key(u, v)] = {triangles, classes_[triangles].size()};
  classes_[triangles].push_back(sorted_edge(u, v));
}

std::size_t TriangleClasses::erase(NodeId u, NodeId v) {
  const auto found = place_.find(key(u, v));
  const auto [triangles, position] = found->second;
  std::vector<Edge>& edges = classes_[triangles];
  edges[position] = edges.back();
  place_[key(edges[position].u, edges[position].v)].position = position;
  edges.pop_back();
  place_.erase(found);
  return triangles;
}

std::size_t TriangleClasses::change_others(NodeId u, NodeId v, bool more) {
  const std::span<const NodeId> a = graph_.neighbours(u);
  const std::span<const NodeId> b = graph_.neighbours(v);
  std::vector<NodeId> common;
  std::set_intersection(a.begin(), a.end(), b.begin(), b.end(), std::back_inserter(common));
  for (const NodeId w : common) {
    for (const NodeId end : {u, v}) {
      const std::size_t before = erase(end, w);
      insert(end, w, more ? before + 1 : before - 1);
    }
  }
  return common.size();
}

}  // namespace isthmus::rewiring
