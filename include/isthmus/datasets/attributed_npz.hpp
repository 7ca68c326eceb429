#pragma once

#include <filesystem>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Reads an attributed graph stored as CSR arrays in an npz file:
///
///     adj_indptr [N + 1], adj_indices [nnz], adj_shape = [N, N]   row v lists where v points to
///     adj_data   [nnz]                                     weights, not read: every arc weighs 1
///     attr_data, attr_indices, attr_indptr, attr_shape     features as CSR, or
///     attr_matrix [N, d]                                   features dense; both may be absent
///     labels     [N]                                       integers
///
/// The graph is made undirected: each arc gets its reverse, parallel arcs are merged, self-loops
/// are dropped unless `keep_loops`. No splits.
///
/// @throws isthmus::DataError  for a broken archive, a missing, mis-shaped or object array, an
///                             indptr that does not start at 0, decreases or ends elsewhere than at
///                             nnz, or an index out of range.
///
/// @par Source  Shchur et al.: Pitfalls of Graph Neural Network Evaluation, 2018.
[[nodiscard]] Dataset read_attributed_npz(const std::filesystem::path& path,
                                          const LoadOptions& options = {});

}  // namespace isthmus::datasets
