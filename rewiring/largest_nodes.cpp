#include "largest_nodes.hpp"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"
#include "keep_first.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::int64_t kNodesOfScan = 4096;

struct ValuedNode {
  double value = 0.0;
  NodeId node = 0;

  /// Larger values first, then smaller nodes.
  bool operator<(const ValuedNode& other) const {
    return value != other.value ? value > other.value : node < other.node;
  }
};

}  // namespace

std::vector<std::vector<NodeId>> largest_nodes(NodeId n, std::int64_t values, std::size_t count,
                                               const NodeValues& fill) {
  const std::int64_t chunks = (std::int64_t{n} + kNodesOfScan - 1) / kNodesOfScan;
  std::vector<std::vector<std::vector<ValuedNode>>> of_chunk(index(chunks));
  parallel_chunks(chunks, [&](std::int64_t chunk) {
    const auto first = static_cast<NodeId>(chunk * kNodesOfScan);
    const auto size = static_cast<NodeId>(std::min<std::int64_t>(kNodesOfScan, n - first));
    std::vector<double> out(index(size * values));
    fill(first, size, out);
    for (std::int64_t c = 0; c < values; ++c) {
      std::vector<ValuedNode>& nodes = of_chunk[index(chunk)].emplace_back();
      for (NodeId i = 0; i < size; ++i) {
        nodes.push_back({out[index(c * size + i)], first + i});
      }
      keep_first(nodes, count);
    }
  });
  std::vector<std::vector<NodeId>> largest(index(values));
  for (std::size_t c = 0; c < largest.size(); ++c) {
    std::vector<ValuedNode> nodes;
    for (const auto& one : of_chunk) {
      nodes.insert(nodes.end(), one[c].begin(), one[c].end());
    }
    keep_first(nodes, count);
    for (const ValuedNode& node : nodes) {
      largest[c].push_back(node.node);
    }
  }
  return largest;
}

}  // namespace isthmus::rewiring
