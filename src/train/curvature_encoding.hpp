#pragma once

#include "isthmus/datasets/dataset.hpp"
#include "isthmus/train/rewire_config.hpp"

namespace isthmus::train {

/// Appends to Dataset::encoding, of each node, the least, largest, mean, population deviation and
/// median of the curvatures of its edges; of the kind "jl" the least lower and the largest upper
/// bound. Zeros without edges. In parallel over graphs.
///
/// @param directed  RewireConfig::directed: curvature is of undirected graphs.
/// @throws InvalidArgument  as simple_graphs().
void append_curvature(datasets::Dataset& dataset, const EncodingConfig& config,
                      const std::string& directed);

/// Features with the columns of Dataset::encoding behind them; sparse ones stay sparse.
/// @pre as many rows as the set has nodes.
[[nodiscard]] datasets::Features with_encoding(const datasets::Features& x,
                                               const datasets::Dataset& dataset);

}  // namespace isthmus::train
