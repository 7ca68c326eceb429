#include "joined_labels.hpp"

#include <cstddef>
#include <utility>

#include "rank_values.hpp"

namespace isthmus::expressivity {
namespace {

using LabelPair = std::pair<std::uint64_t, std::uint64_t>;

/// Replaces the labels `member` of the graphs by ranks of (that label, further label).
std::vector<WlGraph> with_labels(std::span<const WlGraph> graphs,
                                 std::span<const std::vector<std::uint64_t>> label,
                                 std::vector<std::uint64_t> WlGraph::*member) {
  std::vector<LabelPair> pairs;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const std::vector<std::uint64_t>& own = graphs[g].*member;
    for (std::size_t i = 0; i < label[g].size(); ++i) {
      pairs.emplace_back(own.empty() ? 0 : own[i], label[g][i]);
    }
  }
  const Numbering ranks = rank_values<LabelPair>(pairs);
  std::vector<WlGraph> result(graphs.begin(), graphs.end());
  auto next = ranks.colour.begin();
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    const auto size = static_cast<std::ptrdiff_t>(label[g].size());
    (result[g].*member).assign(next, next + size);
    next += size;
  }
  return result;
}

}  // namespace

std::vector<WlGraph> with_node_labels(std::span<const WlGraph> graphs,
                                      std::span<const std::vector<std::uint64_t>> label) {
  return with_labels(graphs, label, &WlGraph::node_label);
}

std::vector<WlGraph> with_edge_labels(std::span<const WlGraph> graphs,
                                      std::span<const std::vector<std::uint64_t>> label) {
  return with_labels(graphs, label, &WlGraph::edge_label);
}

}  // namespace isthmus::expressivity
