#pragma once

#include <optional>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/datasets/load.hpp"
#include "isthmus/train/config.hpp"

#include "rewire_set.hpp"

namespace isthmus::train {

/// A set as networks see it.
struct PreparedSet {
  datasets::Dataset dataset;
  std::optional<RewireFacts> rewired;  ///< Nothing with rewire.method none.
};

/// The set that a config names, and of it what `component` says; then encodings of its nodes, then
/// its graphs rewired.
///
/// @throws as datasets::load(), check_rewiring(), append_curvature() and rewire_set();
/// @throws InvalidArgument  for the largest component of a set of graphs.
[[nodiscard]] PreparedSet prepare_set(const Config& config, const datasets::DataRoots& roots,
                                      const ProgressCallback& progress = {},
                                      const CancelToken& cancel = {});

}  // namespace isthmus::train
