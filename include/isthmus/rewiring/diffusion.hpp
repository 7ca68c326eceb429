#pragma once

#include <cstdint>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"
#include "isthmus/rewiring/edit_log.hpp"

namespace isthmus::rewiring {

/// The walk that diffuses; T = (D + I)^-1/2 (A + I) (D + I)^-1/2.
enum class DiffusionKernel : std::uint8_t {
  kPageRank,  ///< S = alpha (I - (1 - alpha) T)^-1.
  kHeat,      ///< S = exp(-time (I - T)).
};

/// Which entries of a column stay.
enum class DiffusionKeep : std::uint8_t {
  kTopK,     ///< The top_k largest; of tied ones the smaller ids.
  kEpsilon,  ///< Those >= epsilon.
};

/// What becomes of a matrix that is no longer symmetric.
enum class DiffusionSymmetrize : std::uint8_t {
  kNone,
  kMean,  ///< (S + S') / 2, after columns are divided by their sums.
};

/// Options of diffusion().
struct DiffusionOptions {
  DiffusionKernel kernel = DiffusionKernel::kPageRank;
  /// Chance to stop at each step, in (0, 1).
  double alpha = 0.15;
  /// Time of the heat kernel, > 0 and at most 700.
  double time = 5.0;
  DiffusionKeep keep = DiffusionKeep::kTopK;
  /// >= 1; the diagonal counts among them.
  std::int64_t top_k = 64;
  /// >= 0.
  double epsilon = 1e-4;
  DiffusionSymmetrize symmetrize = DiffusionSymmetrize::kNone;
  /// S_uv is computed to within tolerance * sqrt((1 + d_u) (1 + d_v)), > 0. Larger ones keep the
  /// work at a node near it: PageRank costs at most 1 / (alpha tolerance) arcs a node.
  double tolerance = 1e-8;
  /// Refuse to list more entries, >= 0; each costs 28 bytes.
  std::int64_t max_entries = 200'000'000;
  ProgressCallback progress = {};
  CancelToken cancel = {};
};

/// What diffusion() computed: S, sparsified, its columns divided by their sums.
struct DiffusionResult {
  Graph graph;                    ///< An arc u -> v for each entry S_uv that stayed, u != v.
  std::vector<double> weight;     ///< [E] S_uv by the order of the rows: row v is column v.
  std::vector<double> diagonal;   ///< [N] S_vv; 0 if it did not stay.
  std::int64_t tied_columns = 0;  ///< Columns where an entry left out is tied with one kept.
  Stop stop = Stop::kBudget;      ///< kLimit: cancelled, there are no arcs and no diagonal.
};

/// Graph diffusion convolution (GDC): replaces the graph by a sparsified diffusion over it.
///
/// Column v of S comes from a series of Chebyshev polynomials of T, or, where the tolerance is so
/// loose that this touches fewer arcs at most, from mass pushed out from v until what is left
/// cannot move an entry by the tolerance. Entries not known to be > 0 do not stay. With the series,
/// nodes alike by symmetry are tied; pushes tell them apart by up to the tolerance. The diagonal
/// takes part in selection and in the sums, but never becomes a loop. An isolated node keeps its 1
/// on the diagonal. A column of which nothing stays is zero.
///
/// @param network  Undirected, simple; d are sums of conductances, loops of T have conductance 1.
/// @throws InvalidArgument  for an option outside its range, or a graph that is not simple.
/// @throws ResourceLimit    if more than max_entries stay.
/// @par Cost    Series: a sweep of what lies within so many hops for each of its log(1 / tolerance)
///              / sqrt(2 alpha) terms (32 by default), four nodes at once. Push: at most
///              1 / (alpha tolerance) arcs a node. Memory 28 bytes an entry and 105 N bytes a
///              thread. In parallel over nodes; the same bits for any number of threads.
/// @par Source  Gasteiger, Weissenberger, Günnemann: Diffusion Improves Graph Learning, NeurIPS
/// 2019
///              (arXiv:1911.05485). Push: Andersen, Chung, Lang, FOCS 2006; for the heat kernel
///              Kloster, Gleich, KDD 2014.
[[nodiscard]] DiffusionResult diffusion(const linalg::Conductances& network,
                                        const DiffusionOptions& options = {});

}  // namespace isthmus::rewiring
