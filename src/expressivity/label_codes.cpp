#include "label_codes.hpp"

#include <algorithm>
#include <cstddef>

namespace isthmus::expressivity {
namespace {

using Labels = std::span<const std::uint64_t>;

/// Ranks from `first` of the labels of things that each graph has `counts` of.
std::vector<std::vector<std::uint32_t>> ranks_of_labels(const std::vector<Labels>& labels,
                                                        const std::vector<std::size_t>& counts,
                                                        std::uint32_t first) {
  std::vector<std::uint64_t> different;
  for (std::size_t g = 0; g < labels.size(); ++g) {
    if (labels[g].empty() && counts[g] > 0) {
      different.push_back(0);
    }
    different.insert(different.end(), labels[g].begin(), labels[g].end());
  }
  std::sort(different.begin(), different.end());
  different.erase(std::unique(different.begin(), different.end()), different.end());
  const auto rank_of = [&](std::uint64_t label) {
    const auto place = std::lower_bound(different.begin(), different.end(), label);
    return first + static_cast<std::uint32_t>(place - different.begin());
  };
  std::vector<std::vector<std::uint32_t>> ranks(labels.size());
  for (std::size_t g = 0; g < labels.size(); ++g) {
    ranks[g].assign(counts[g], rank_of(0));
    std::transform(labels[g].begin(), labels[g].end(), ranks[g].begin(), rank_of);
  }
  return ranks;
}

}  // namespace

LabelCodes label_codes(std::span<const WlGraph> graphs) {
  std::vector<Labels> of_nodes;
  std::vector<Labels> of_arcs;
  std::vector<std::size_t> nodes;
  std::vector<std::size_t> arcs;
  for (const WlGraph& graph : graphs) {
    of_nodes.emplace_back(graph.node_label);
    of_arcs.emplace_back(graph.edge_label);
    nodes.push_back(static_cast<std::size_t>(graph.graph.num_nodes()));
    arcs.push_back(static_cast<std::size_t>(graph.graph.num_edges()));
  }
  return {ranks_of_labels(of_nodes, nodes, 0), ranks_of_labels(of_arcs, arcs, 1)};
}

}  // namespace isthmus::expressivity
