#pragma once

#include <cstdint>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/linalg/pcg.hpp"

namespace isthmus::linalg {

/// Options of pinv_trace().
struct PinvTraceOptions {
  std::int32_t solves = 48;  ///< Systems to solve, >= 3; a third each for the three parts.
  double tolerance = 1e-8;   ///< Of each, > 0.
  std::uint64_t seed = 0;
  CancelToken cancel = {};
};

/// Result of pinv_trace().
struct PinvTraceResult {
  double trace = 0.0;
  double standard_error = 0.0;  ///< Of the trace, from the spread of the last part.
  bool converged = true;        ///< Every system reached the tolerance.
};

/// An unbiased estimate of tr(L+) of a connected network by Hutch++: exact on the range of L+ times
/// random signs, where most of the trace lies, and the mean of g' L+ g over random signs g for the
/// rest. R_tot = n tr(L+). The same bits for any number of threads.
///
/// @throws InvalidArgument  if an option is outside its range.
/// @par Cost    `solves` solves and N solves^2 / 9 operations; memory for N solves values.
/// @par Source  Meyer, Musco, Musco, Woodruff: Hutch++: Optimal Stochastic Trace Estimation, SOSA
///              2021 (arXiv:2010.09649).
[[nodiscard]] PinvTraceResult pinv_trace(const Pcg& solver, const PinvTraceOptions& options = {});

}  // namespace isthmus::linalg
