#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/linalg/laplacian.hpp"
#include "isthmus/rewiring/edit_log.hpp"
#include "isthmus/rewiring/resistance.hpp"

namespace isthmus::rewiring {

/// Options of prefix_curve().
struct PrefixCurveOptions {
  /// Steps after which the graph is measured, ascending, each >= 0; those past the end of the log
  /// measure its end.
  std::vector<std::int64_t> steps = {};
  bool curvature = true;  ///< Also the Ollivier-Ricci curvature, by hops.
  ResistanceTier tier = ResistanceTier::kAuto;
  std::int64_t memory_limit = -1;  ///< Bytes; -1: what the machine says is available.
  std::uint64_t seed = 0;
  ProgressCallback progress = {};  ///< "prefixes".
  CancelToken cancel = {};
};

/// A graph after some steps of a log. NaN: not defined, or not asked for.
struct PrefixPoint {
  std::int64_t step = 0;
  std::int64_t m = 0;  ///< Edges.
  NodeId components = 0;
  double r_tot = 0.0;         ///< Total resistance, summed over components.
  double r_tot_stderr = 0.0;  ///< 0 where it is exact.
  double lambda2 = 0.0;       ///< Of L; 0 if not connected.
  double curvature_min = 0.0;
  double curvature_mean = 0.0;
};

/// How the properties of a graph move along the steps of a log: what a run with each smaller budget
/// would have reached, measured anew at each point and not taken from the log.
///
/// @param network  The graph of the log; edges that the log adds have conductance 1.
/// @throws InvalidArgument  if steps are negative or not ascending, or the log is not of this
/// graph.
/// @throws ResourceLimit    as resistance().
/// @throws Interrupted      when cancelled.
/// @par Cost  At each point that of resistance(), spectrum() and ollivier_ricci().
[[nodiscard]] std::vector<PrefixPoint> prefix_curve(const linalg::Conductances& network,
                                                    const EditLog& log,
                                                    const PrefixCurveOptions& options = {});

}  // namespace isthmus::rewiring
