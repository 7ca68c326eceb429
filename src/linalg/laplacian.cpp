#include "isthmus/linalg/laplacian.hpp"

#include <algorithm>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/parallel_chunks.hpp"

namespace isthmus::linalg {
namespace {

constexpr std::int64_t kRowsOfChunk = 4096;

/// body(v, first slot, row) for each node, in chunks of rows.
template <typename Body>
void for_rows(const Graph& graph, const Body& body) {
  const CsrView csr = graph.csr();
  const std::int64_t rows = csr.num_rows();
  parallel_chunks((rows + kRowsOfChunk - 1) / kRowsOfChunk, [&](std::int64_t chunk) {
    const std::int64_t last = std::min(rows, (chunk + 1) * kRowsOfChunk);
    for (std::int64_t v = chunk * kRowsOfChunk; v < last; ++v) {
      body(static_cast<std::size_t>(v), csr.rowptr[static_cast<std::size_t>(v)],
           csr.row(static_cast<NodeId>(v)));
    }
  });
}

}  // namespace

std::vector<double> strengths(const Conductances& network) {
  std::vector<double> sum(static_cast<std::size_t>(network.graph.num_nodes()));
  for_rows(network.graph, [&](std::size_t v, EdgeId first, std::span<const NodeId> row) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      sum[v] += network.of(first + static_cast<EdgeId>(i));
    }
  });
  return sum;
}

void laplacian_product(const Conductances& network, std::span<const double> x,
                       std::span<double> y) {
  const auto nodes = static_cast<std::size_t>(network.graph.num_nodes());
  if (x.size() != nodes || y.size() != nodes) {
    throw InvalidArgument("laplacian_product: x and y must have one entry per node, " +
                          std::to_string(nodes) + ", got " + std::to_string(x.size()) + " and " +
                          std::to_string(y.size()));
  }
  for_rows(network.graph, [&](std::size_t v, EdgeId first, std::span<const NodeId> row) {
    double sum = 0.0;
    for (std::size_t i = 0; i < row.size(); ++i) {
      sum +=
          network.of(first + static_cast<EdgeId>(i)) * (x[v] - x[static_cast<std::size_t>(row[i])]);
    }
    y[v] = sum;
  });
}

}  // namespace isthmus::linalg
