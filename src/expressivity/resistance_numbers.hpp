#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/expressivity/resistance_labels.hpp"
#include "isthmus/expressivity/wl_graph.hpp"

namespace isthmus::expressivity {

/// Which pairs of nodes get a number.
enum class ResistancePairs : std::uint8_t {
  kAll,   ///< [N, N]
  kArcs,  ///< [E], in the order of the rows.
};

/// Effective resistances as numbers common to several graphs.
struct ResistanceNumbers {
  std::vector<std::vector<std::uint32_t>> number = {};  ///< [G] Of each pair; infinity has its own.
  std::int64_t count = 0;                               ///< Different numbers, 0 .. count - 1.
  bool certain = false;      ///< Equal and different numbers are proved to be right.
  double error_bound = 0.0;  ///< Probability that some two different ones are taken for equal.
  bool cancelled = false;    ///< Then there are no numbers.
};

/// Numbers the resistances of pairs of nodes, edges of 1 ohm, over all graphs jointly.
///
/// Modulo primes: the Laplacian of a component without one node's row and column is inverted by
/// elimination, R(u,v) = g_uu + g_vv - 2 g_uv. It is singular iff the prime divides the number of
/// spanning trees; then all graphs take the next prime, so the choice does not depend on the names
/// of nodes. Primes descend from 2^31 - 1. Two of them; with `proof` so many that their product
/// exceeds n t^2 (t the largest product of a component's degrees, a bound of its spanning trees),
/// which no difference of two resistances can be a multiple of but 0.
///
/// @par Cost    n^3 multiplications a component and prime; 8 n^2 bytes for it and 36 a pair.
[[nodiscard]] ResistanceNumbers number_resistances(std::span<const WlGraph> graphs,
                                                   ResistancePairs pairs,
                                                   const ResistanceLabelOptions& options,
                                                   bool proof, const CancelToken& cancel);

}  // namespace isthmus::expressivity
