#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/resistance.hpp"

namespace isthmus::rewiring {

/// What a component may cost before it goes to the next tier.
struct TierLimits {
  NodeId max_dense_nodes = 0;
  std::int64_t memory_limit = -1;  ///< Bytes; -1: what the machine says is available.
  double max_factor_work = 0.0;    ///< Multiplications of kSparse.
  std::int64_t bytes_besides = 0;  ///< What kSparse needs beside its factor.
};

struct TierChoice {
  ResistanceTier tier = ResistanceTier::kDense;
  std::optional<FactorCost> predicted = {};  ///< Unless the size alone decided.
  std::vector<NodeId> order = {};            ///< Of elimination, where predicted.
};

/// kAuto for a connected graph: the first of dense, sparse and sketch that fits.
[[nodiscard]] TierChoice choose_tier(const Graph& graph, const TierLimits& limits);

/// The costlier prediction, if there is any.
[[nodiscard]] std::optional<FactorCost> costlier(const std::optional<FactorCost>& a,
                                                 const std::optional<FactorCost>& b);

}  // namespace isthmus::rewiring
