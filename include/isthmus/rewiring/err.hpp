#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/join_components.hpp"

namespace isthmus::rewiring {

/// Whether a step of err() also removes an edge.
enum class ErrRemoval : std::uint8_t {
  kOff,
  kKeepConnected,  ///< One whose removal leaves its component in one piece.
};

/// Options of err().
struct ErrOptions {
  /// Steps, >= 0, edges that join components included: each is a step of its own.
  std::int64_t num_steps = 10;
  ErrRemoval removal = ErrRemoval::kKeepConnected;
  ComponentRule components = ComponentRule::kWithin;
  /// [E] Of each arc in the order of the rows, both arcs alike, > 0; empty: all 1. New edges
  /// have 1.
  std::span<const double> conductance = {};
  /// [N] Decides between tied pairs before the ids do; empty: ids alone.
  std::span<const std::int64_t> tie_key = {};
  /// Refuse components with more nodes: 4 n^2 bytes of memory.
  NodeId max_nodes = 20'000;
  ProgressCallback progress = {};  ///< Units: "steps".
  CancelToken cancel = {};         ///< Looked at before each step.
};

/// One step.
struct ErrStep {
  Edge added = {};                   ///< u < v.
  double resistance_added = 0.0;     ///< R of the pair before; infinite for a join.
  std::int64_t tied = 1;             ///< Pairs with this R, this one included.
  std::optional<Edge> removed = {};  ///< Empty: removal is off, or nothing may go.
  double resistance_removed = 0.0;   ///< R of that edge after the addition; NaN without one.
  std::int64_t tied_removed = 0;     ///< Edges with this R that may go, this one included.
  double total_before = 0.0;         ///< Sum of R over the pairs of one component.
  double total_after = 0.0;
  bool join = false;
};

/// What err() did. Stop::kNoCandidate: every pair of one component has an edge.
struct ErrResult {
  Graph graph = {};
  EditLog log = {};
  Stop stop = Stop::kBudget;
  std::vector<ErrStep> steps = {};
};

/// Effective resistance rewiring: a step joins the pair without an edge of one component that has
/// the largest resistance R, and then takes the edge of smallest R away, of all edges that are no
/// bridges and were not added in this run.
///
/// Ties, up to a relative 1e-9 of the best, go to the smallest pair.
///
/// @throws InvalidArgument  if the graph is not simple (check_simple()), num_steps < 0, or a span
///                          has another length than it must.
/// @throws ResourceLimit    if a component has more than max_nodes nodes.
/// @par Cost    Time O(n^3 + k (n^2 + E)) of the largest component, 4 n^2 bytes.
/// @par Source  The abstract of arXiv:2603.11944; what it leaves open is decided here.
[[nodiscard]] ErrResult err(const Graph& graph, const ErrOptions& options = {});

}  // namespace isthmus::rewiring
