#include "isthmus/rewiring/lcp.hpp"

#include <algorithm>
#include <cmath>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/moments.hpp"
#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "index.hpp"

namespace isthmus::rewiring {
namespace {

/// Position in Graph::edges() of the edge in each slot of the rows: edges u < v by ascending u, v.
std::vector<EdgeId> edge_of_slots(const CsrView& csr) {
  std::vector<EdgeId> edge(csr.col.size());
  std::vector<std::int64_t> next(csr.rowptr.begin(), csr.rowptr.end());  // by row: slots are filled
  EdgeId count = 0;
  for (NodeId u = 0; u < csr.num_rows(); ++u) {
    for (std::int64_t slot = csr.rowptr[index(u)]; slot < csr.rowptr[index(u) + 1]; ++slot) {
      if (const NodeId v = csr.col[index(slot)]; v > u) {
        edge[index(slot)] = count;
        edge[index(next[index(v)]++)] = count;  // rows ascend: the smaller ends come first in v's
        ++count;
      }
    }
  }
  return edge;
}

void check(const Graph& graph, std::size_t values, const char* function, const char* name) {
  const EdgeId edges = graph.num_edges() / 2;
  if (static_cast<EdgeId>(values) != edges) {
    throw InvalidArgument(std::string(function) + ": " + name + " must have one entry per edge, " +
                          std::to_string(edges) + ", got " + std::to_string(values));
  }
}

/// body(node, positions of its edges) for every node that has some.
template <typename Body>
void for_nodes(const Graph& graph, const Body& body) {
  constexpr std::int64_t kRowsOfChunk = 1024;
  const CsrView csr = graph.csr();
  const std::vector<EdgeId> edge = edge_of_slots(csr);
  const std::int64_t nodes = csr.num_rows();
  parallel_chunks((nodes + kRowsOfChunk - 1) / kRowsOfChunk, [&](std::int64_t chunk) {
    const std::int64_t last = std::min(nodes, (chunk + 1) * kRowsOfChunk);
    for (std::int64_t v = chunk * kRowsOfChunk; v < last; ++v) {
      const std::int64_t begin = csr.rowptr[index(v)];
      const std::int64_t degree = csr.rowptr[index(v) + 1] - begin;
      if (degree > 0) {
        body(index(v), std::span<const EdgeId>(edge).subspan(index(begin), index(degree)));
      }
    }
  });
}

}  // namespace

std::vector<double> lcp(const Graph& graph, std::span<const double> curvature) {
  check_simple(graph, "lcp");
  check(graph, curvature.size(), "lcp", "curvature");
  std::vector<double> profile(5 * index(graph.num_nodes()));
  for_nodes(graph, [&](std::size_t v, std::span<const EdgeId> edges) {
    std::vector<double> values;
    for (const EdgeId e : edges) {
      values.push_back(curvature[index(e)]);
    }
    std::sort(values.begin(), values.end());
    const Moments spread = moments(values);
    const std::size_t half = values.size() / 2;
    const double median =
        values.size() % 2 == 1 ? values[half] : 0.5 * (values[half - 1] + values[half]);
    double* const row = profile.data() + 5 * v;
    row[0] = values.front();
    row[1] = values.back();
    row[2] = spread.mean;
    row[3] = std::sqrt(spread.squares / static_cast<double>(values.size()));
    row[4] = median;
  });
  return profile;
}

std::vector<double> lcp_bounds(const Graph& graph, std::span<const double> lower,
                               std::span<const double> upper) {
  check_simple(graph, "lcp_bounds");
  check(graph, lower.size(), "lcp_bounds", "lower");
  check(graph, upper.size(), "lcp_bounds", "upper");
  std::vector<double> profile(2 * index(graph.num_nodes()));
  for_nodes(graph, [&](std::size_t v, std::span<const EdgeId> edges) {
    double least = lower[index(edges.front())];
    double largest = upper[index(edges.front())];
    for (const EdgeId e : edges) {
      least = std::min(least, lower[index(e)]);
      largest = std::max(largest, upper[index(e)]);
    }
    profile[2 * v] = least;
    profile[2 * v + 1] = largest;
  });
  return profile;
}

}  // namespace isthmus::rewiring
