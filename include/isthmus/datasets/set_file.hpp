#pragma once

#include <filesystem>
#include <optional>

#include "isthmus/datasets/dataset.hpp"

namespace isthmus::datasets {

/// Reads a file or folder that is no list of edges as the set it is, told by its content:
///
///     folder, or a zip file         TU text
///     .npz                          attributed (array adj_indptr), heterophilous (array edges);
///                                   directed if its name ends in _directed
///     HDF5                          botnets
///     text, one number in line one  GIN text, without folds
///     .g6, .s6, or such a heading   graph6, sparse6
///     text, line one names graph6   a table of graphs
///
/// @return Nothing for any other file: a list of edges, if anything.
/// @throws DataError  if it cannot be read, or breaks its format.
[[nodiscard]] std::optional<Dataset> read_set_file(const std::filesystem::path& path,
                                                   const LoadOptions& options = {});

}  // namespace isthmus::datasets
