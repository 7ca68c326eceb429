#pragma once

#include <filesystem>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Reads a citation network in plain form: a folder with
///
///     labels.txt             class of each node, one a line; defines N
///     edges.txt              `u v` with 0 <= u < v < N: undirected edges
///     features.coo.txt       first line `N d nnz`, then `row col` or `row col value`
///     split_public.txt       per node 0 unused, 1 train, 2 validation, 3 test
///     unlabelled_nodes.txt   optional: nodes without label and without features, in no part
///
/// Where only features_partial.coo.txt is there, nodes without an entry in it have no features
/// (has_features 0) and the report warns. Features stay sparse and raw: normalising them is the
/// training protocol's affair. Parallel edges are merged unless `keep_duplicates`.
///
/// @throws isthmus::DataError  with file and line, for whatever breaks these rules.
///
/// @par Cost  One pass per file; Cora 3 ms.
[[nodiscard]] Dataset read_planetoid_plain(const std::filesystem::path& folder,
                                           const LoadOptions& options = {});

}  // namespace isthmus::datasets
