#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"
#include "isthmus/rewiring/resistance.hpp"

namespace isthmus::rewiring_detail {

/// What is asked about one component; node numbers are its own.
struct ComponentTask {
  const linalg::Conductances& network;
  std::vector<Edge> edges = {};
  std::vector<std::int64_t> edge_id = {};  ///< Of each in the whole.
  std::vector<Edge> pairs = {};
  std::vector<std::int64_t> pair_id = {};
};

struct ComponentAnswer {
  rewiring::ResistanceTier tier = rewiring::ResistanceTier::kDense;
  double total = 0.0;
  double total_stderr = 0.0;
  double max = 0.0;
  Edge max_pair = {-1, -1};
  bool max_exact = true;
  std::vector<double> edge_resistance = {};
  std::vector<double> pair_resistance = {};
  std::vector<double> pair_biharmonic_sq = {};
  std::optional<rewiring::FactorCost> predicted = {};
  std::int64_t columns = 0;  ///< Of the sketch.
  bool converged = true;
};

/// In the tier of the options; kAuto picks one by choose_tier().
[[nodiscard]] ComponentAnswer component_resistance(const ComponentTask& task,
                                                   const rewiring::ResistanceOptions& options);

}  // namespace isthmus::rewiring_detail
