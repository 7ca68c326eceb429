#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <string>
#include <vector>

#include "isthmus/expressivity/refinement.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

#include "number_signatures.hpp"

namespace isthmus::expressivity {

/// One round of a test that colours nodes.
struct NodeRound {
  Numbering colours;           ///< A refinement of the colours before.
  std::string undecided = {};  ///< Why the round was given up; then the colours do not count.
  /// Whether no more classes than before mean that there never will be.
  bool stable_if_unchanged = true;
};

/// The round `round` >= 1 from the colours before. Nodes of all graphs lie one after another.
using NextNodeRound = std::function<NodeRound(std::int32_t round, const Numbering& colours)>;

/// [G + 1]: graph g has nodes offset[g] .. offset[g + 1] where all graphs lie one after another.
[[nodiscard]] std::vector<std::int64_t> node_offsets(std::span<const WlGraph> graphs);

/// Ranks of the node labels of all graphs, one graph after another: the colours of round 0.
[[nodiscard]] Numbering number_node_labels(std::span<const WlGraph> graphs);

/// Whether some edge of some graph has a label other than 0.
[[nodiscard]] bool has_edge_labels(std::span<const WlGraph> graphs);

/// Runs rounds and writes down what each gave: classes, classes of graphs (by sorted colours, so
/// exactly), and the colours at the end.
///
/// @param fixed_rounds  Rounds that make up the test, which then does not end where a partition
///                      stays as it was; kUntilStable: it does.
[[nodiscard]] Refinement refine_nodes(std::span<const std::int64_t> offset, Numbering first,
                                      const RefineOptions& options, std::int32_t fixed_rounds,
                                      const NextNodeRound& next);

/// Probability that some two of `signatures` different multisets get the same signature.
[[nodiscard]] double collision_bound(double signatures);

/// @throws InvalidArgument  naming `function`, for a graph that check_wl_graph() refuses, rounds <
///                          -1, and max_tuples < 0.
void check_refine_arguments(std::span<const WlGraph> graphs, const RefineOptions& options,
                            const char* function);

/// Why a test on the pairs of nodes of each graph cannot be begun, empty if it can.
[[nodiscard]] std::string too_many_pairs(std::span<const WlGraph> graphs,
                                         const RefineOptions& options);

}  // namespace isthmus::expressivity
