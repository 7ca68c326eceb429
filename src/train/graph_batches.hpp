#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/train/config.hpp"

namespace isthmus::train {

/// Refuses budgets of nodes and arcs where they have no meaning.
/// @throws InvalidArgument  naming the key, the rule and the value.
void check_budgets(const LoopConfig& loop, const datasets::Dataset& dataset);

/// Graphs of each step of an epoch, a function of (seed, epoch): the items in a permutation of the
/// epoch's own, cut before the graph with which a batch would have more than batch_size graphs,
/// max_nodes nodes or max_edges arcs; or, with batches_per_epoch, that many samples of batch_size.
/// @param items  Graphs to train on. @param epoch  From 0.
/// @throws InvalidArgument  if one of them alone is beyond a budget.
[[nodiscard]] std::vector<std::vector<std::int64_t>> graph_batches(
    const datasets::Dataset& dataset, const LoopConfig& loop,
    const std::vector<std::int64_t>& items, std::uint64_t seed, std::int64_t epoch);

}  // namespace isthmus::train
