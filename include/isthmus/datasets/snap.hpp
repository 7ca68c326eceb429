#pragma once

#include <filesystem>

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/datasets/heterophilous_npz.hpp"

namespace isthmus::datasets {

/// Reads a graph of the SNAP collection: a list of edges (read_edge_list()), packed by gzip or not,
/// without features and labels.
///
/// kUndirected: a pair listed once, twice or more is one edge, two arcs; self-loops are dropped
/// unless `keep_loops`. What the remarks of such files say of directions is not believed: it is
/// wrong in some. kDirected: arcs as listed, self-loops stay. Parallel arcs are merged in both
/// unless `keep_duplicates` (kDirected), and a third column is not read.
///
/// @throws isthmus::DataError  as read_edge_list().
/// @par Source  Leskovec, Krevl: SNAP Datasets, Stanford Large Network Dataset Collection, 2014.
[[nodiscard]] Dataset read_snap(const std::filesystem::path& path, EdgeDirection direction,
                                const LoadOptions& options = {});

}  // namespace isthmus::datasets
