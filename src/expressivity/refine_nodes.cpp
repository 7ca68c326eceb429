#include "refine_nodes.hpp"

#include <algorithm>
#include <utility>

#include "isthmus/core/error.hpp"

#include "index.hpp"
#include "joint_rows.hpp"
#include "sorted_refinement.hpp"

namespace isthmus::expressivity {
std::vector<std::int64_t> node_offsets(std::span<const WlGraph> graphs) {
  std::vector<std::int64_t> offset = {0};
  for (const WlGraph& graph : graphs) {
    offset.push_back(offset.back() + graph.graph.num_nodes());
  }
  return offset;
}

Numbering number_node_labels(std::span<const WlGraph> graphs) {
  LabelRanks ranks = rank_labels(graphs, index(node_offsets(graphs).back()));
  return {std::move(ranks.rank), static_cast<std::int64_t>(ranks.label.size())};
}

bool has_edge_labels(std::span<const WlGraph> graphs) {
  return std::ranges::any_of(graphs, [](const WlGraph& graph) {
    return std::ranges::any_of(graph.edge_label, [](std::uint64_t label) { return label != 0; });
  });
}

Refinement refine_nodes(std::span<const std::int64_t> offset, Numbering first,
                        const RefineOptions& options, std::int32_t fixed_rounds,
                        const NextNodeRound& next) {
  const JointRows rows = {{offset.begin(), offset.end()}, {}, {}};
  Refinement result;
  Numbering now = std::move(first);
  const auto append = [&] {
    result.classes.push_back(now.classes);
    result.graph_class.push_back(classes_of_graphs(rows, now.colour));
  };
  append();
  const bool fixed = fixed_rounds != kUntilStable;
  while (!result.stable) {
    const std::int32_t round = result.rounds() + 1;
    if (fixed && round > fixed_rounds) {
      result.stable = true;
      break;
    }
    if (options.until_graphs_differ && any_differ(result.graph_class.back())) {
      break;
    }
    if (options.rounds != kUntilStable && round > options.rounds) {
      break;
    }
    NodeRound step =
        options.cancel.requested() ? NodeRound{{}, "cancelled", true} : next(round, now);
    if (!step.undecided.empty()) {
      result.undecided = step.undecided + " after " + std::to_string(round - 1) + " rounds";
      break;
    }
    if (!fixed && step.stable_if_unchanged && step.colours.classes == now.classes) {
      result.stable = true;
      break;
    }
    now = std::move(step.colours);
    append();
  }
  result.colour = cut_by_graph(now.colour, offset);
  return result;
}

double collision_bound(double signatures) {
  double bound = signatures * signatures / 2;
  for (int bit = 0; bit < 2 * ISTHMUS_WL_MIX_BITS; ++bit) {
    bound /= 2;
  }
  return std::min(bound, 1.0);
}

void check_refine_arguments(std::span<const WlGraph> graphs, const RefineOptions& options,
                            const char* function) {
  for (const WlGraph& graph : graphs) {
    check_wl_graph(graph, function);
  }
  if (options.rounds < kUntilStable) {
    throw InvalidArgument(std::string(function) + ": rounds must be >= 0 or -1, got " +
                          std::to_string(options.rounds));
  }
  if (options.max_tuples < 0) {
    throw InvalidArgument(std::string(function) + ": max_tuples must be >= 0, got " +
                          std::to_string(options.max_tuples));
  }
}

std::string too_many_pairs(std::span<const WlGraph> graphs, const RefineOptions& options) {
  constexpr std::int64_t kMostNodes = 65'535;  // Hop distances have 16 bits.
  std::int64_t pairs = 0;
  for (const WlGraph& graph : graphs) {
    const std::int64_t n = graph.graph.num_nodes();
    if (n > kMostNodes) {
      return std::to_string(n) + " nodes exceed " + std::to_string(kMostNodes);
    }
    pairs += n * n;
  }
  if (pairs > options.max_tuples) {
    return std::to_string(pairs) +
           " pairs of nodes exceed max_tuples = " + std::to_string(options.max_tuples);
  }
  return {};
}

}  // namespace isthmus::expressivity
