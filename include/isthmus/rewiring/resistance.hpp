#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

namespace isthmus::rewiring {

/// How resistances are computed; a later one reaches larger components.
enum class ResistanceTier : std::uint8_t {
  kAuto,    ///< For each component the first of these that fits.
  kDense,   ///< The pseudoinverse P of the Laplacian: 8 n^2 bytes, n^3 operations.
  kSparse,  ///< A fill-reducing Cholesky factor and its selected inverse; exact, too.
  kSketch,  ///< Random projections: estimates.
};
/// "auto", "dense", "sparse", "sketch".
[[nodiscard]] std::string_view name_of(ResistanceTier tier);

/// What kSparse would take for a component, known before any arithmetic.
struct FactorCost {
  std::int64_t entries = 0;      ///< Stored numbers of the factor.
  double multiplications = 0.0;  ///< To compute it; its selected inverse takes twice as many more.
  std::int64_t bytes = 0;        ///< At the peak.
};

/// Up to so many multiplications kAuto takes kSparse: some 15 s of a core, the inverse included.
/// (A grid of 10^6 nodes takes 9e9.) What takes more has a dense core, as graphs without geometry
/// do; a sketch is far cheaper there.
inline constexpr double kFactorWork = 3e10;

/// Options of resistance().
struct ResistanceOptions {
  ResistanceTier tier = ResistanceTier::kAuto;
  std::vector<Edge> pairs = {};  ///< Further pairs of nodes to look at, each in [0, N).
  /// kSketch: columns of the sketch, >= 1; R of an edge has a relative standard deviation of about
  /// sqrt(2 / columns).
  std::int64_t columns = 128;
  /// kSketch: > 0: 24 ln n / eps^2 columns instead, for R within eps of nearly every edge.
  double eps = 0.0;
  std::int32_t trace_solves = 48;        ///< kSketch: systems solved for R_tot, >= 3.
  NodeId max_dense_nodes = 20'000;       ///< Largest component of kDense, >= 0.
  std::int64_t memory_limit = -1;        ///< Bytes; -1: what the machine says is available.
  double max_factor_work = kFactorWork;  ///< kAuto: multiplications of kSparse, >= 0.
  std::uint64_t seed = 0;                ///< kSketch.
  ProgressCallback progress = {};        ///< Components, and within one of kSketch its columns.
  CancelToken cancel = {};
};

/// Resistances of one component. NaN: not known.
struct ComponentResistance {
  NodeId first_node = 0;  ///< Its smallest node.
  NodeId n = 1;
  std::int64_t m = 0;  ///< Edges.
  ResistanceTier tier = ResistanceTier::kDense;
  /// What kAuto chose by, unless the size alone decided.
  std::optional<FactorCost> predicted = {};
  double total = 0.0;            ///< R_tot, the sum of R over all pairs.
  double total_stderr = 0.0;     ///< Standard error of R_tot; 0 where it is exact.
  double max = 0.0;              ///< R_max over all pairs, or a lower bound of it.
  Edge max_pair = {-1, -1};      ///< The smallest pair that has it; {-1, -1} for none.
  bool max_exact = true;         ///< False: R of max_pair, but others may have more.
  double foster_sum = 0.0;       ///< Sum of w R over edges.
  double foster_expected = 0.0;  ///< What that is by Foster's theorem: n - 1.
};

/// A pair of nodes. Between components R is infinite and the others are NaN.
struct PairResistance {
  Edge pair = {};
  double resistance = 0.0;     ///< R = P_ss + P_tt - 2 P_st.
  double biharmonic_sq = 0.0;  ///< B = |P (e_s - e_t)|^2.
  double commute = 0.0;        ///< 2 R times the conductance of the component.
  double gtr_gain = 0.0;       ///< n B / (1 + R): what R_tot would fall by with an edge of 1 ohm.
};

/// Result of resistance().
struct ResistanceResult {
  ResistanceTier tier = ResistanceTier::kDense;  ///< The last that any component needed.
  std::optional<FactorCost> predicted = {};      ///< Of the costliest component that has one.
  bool exact = true;                             ///< No component was sketched.
  double eps = 0.0;          ///< kSketch: sqrt(24 ln n / columns), of the worst component.
  std::int64_t columns = 0;  ///< kSketch: the most used for a component.
  std::vector<ComponentResistance> components;  ///< By their smallest nodes.
  double total = 0.0;                           ///< The sum of R_tot over components.
  double total_stderr = 0.0;
  std::vector<Edge> edges;              ///< Sorted, as graph.edges().
  std::vector<double> edge_resistance;  ///< R of each; 1/w exactly at a bridge, up to rounding.
  std::vector<PairResistance> pairs;    ///< As asked for.
  bool converged = true;                ///< Every iterative solve reached its tolerance.
};

/// Effective resistances of a network: of all edges, of pairs, and in sum.
///
/// R(s,t) is the voltage between s and t when one ampere flows in at s and out at t. An edge of
/// conductance w has w R <= 1, and 1 exactly at a bridge; the sum of w R is n - 1 on a connected
/// network (Foster); adding an edge raises no R (Rayleigh).
///
/// R_max: kSparse solves for the farthest nodes until no pair of the others can be further apart,
/// or for 16 of them; kSketch goes from a node to the one of lowest potential and back, a few
/// times.
///
/// kSketch: Z = (1/sqrt(k)) S W^1/2 B L+, S of random signs, B the incidence matrix: R of an edge
/// is about |Z (e_s - e_t)|^2. Pairs are solved one by one, not sketched. R_tot by pinv_trace().
///
/// @param network  Undirected, simple; any number of components and isolated nodes.
/// @throws InvalidArgument  if an option is outside its range or a pair's node is none.
/// @throws ResourceLimit    if kDense or kSparse was asked for and does not fit, naming both sizes.
/// @throws Interrupted      when cancelled.
/// @par Cost    kDense n^3 per component; kSparse that of the factor: all edges of a grid of
///              707 x 707 nodes took 3.3 CPU seconds and 549 MiB; kSketch `columns` solves and 32
///              bytes an edge, besides Pcg's: 999,975 edges of a graph of 200,000 nodes by
///              preferential attachment took 43 CPU seconds and 406 MiB.
/// @par Source  Ghosh, Boyd, Saberi: Minimizing Effective Resistance of a Graph, SIAM Review 50(1),
///              2008; Spielman, Srivastava: Graph Sparsification by Effective Resistances, STOC
///              2008.
[[nodiscard]] ResistanceResult resistance(const linalg::Conductances& network,
                                          const ResistanceOptions& options = {});

/// R of all pairs, [N, N], infinite between components.
/// @throws ResourceLimit  if a component has more than max_nodes nodes, or N^2 numbers and the
///                        largest pseudoinverse exceed memory_limit (-1: what is available).
/// @par Cost  As kDense, and 8 N^2 bytes.
[[nodiscard]] std::vector<double> resistance_matrix(const linalg::Conductances& network,
                                                    NodeId max_nodes = 20'000,
                                                    std::int64_t memory_limit = -1);

}  // namespace isthmus::rewiring
