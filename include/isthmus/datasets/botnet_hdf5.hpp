#pragma once

#include <filesystem>
#include <vector>

#include "isthmus/core/atomic_file.hpp"
#include "isthmus/datasets/graph_source.hpp"

namespace isthmus::datasets {

/// Opens graphs with labelled nodes in the HDF5 layout of harvardnlp/botnet-detection: groups '0',
/// '1', ... of a file are its graphs, each with
///
///     edge_index  (2, E)   sources, then destinations; direction and parallel arcs are kept
///     y           (N)      0 or 1; 1 = bot
///     x           (N, F)   optional; without it one column of ones
///     edge_y      (E)      optional; 0 or 1
///     num_nodes            attribute, N
///
/// The attributes num_edges, num_evils and num_evil_edges of a graph, and num_graphs of the file,
/// must agree with what is there, if given. Other arrays and attributes are not looked at. Arcs
/// come in rows' order, parallel ones in the file's.
///
/// @param files  One file, split 80/10/10 in order of its graphs; or three: train, val, test. Graph
///               ids count through the files.
/// @return       Graphs are read and checked one at a time, when asked for.
/// @throws isthmus::DataError        naming file and object, for whatever breaks these rules.
/// @throws isthmus::InvalidArgument  unless there are one or three files.
/// @throws isthmus::RunFailed        if this build has no HDF5.
[[nodiscard]] GraphSource open_botnet_hdf5(const std::vector<std::filesystem::path>& files);

/// Writes the graphs of a source in that layout, one at a time, with all attributes named above and
/// the averages num_nodes_avg, num_edges_avg, num_evils_avg of the published files. Equal graphs
/// give equal bytes.
/// @throws as write_file_atomically(), and what the source throws.
void write_botnet_hdf5(const std::filesystem::path& path, const GraphSource& source,
                       Overwrite overwrite);

}  // namespace isthmus::datasets
