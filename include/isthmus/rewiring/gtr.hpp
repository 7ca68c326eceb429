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
#include "isthmus/rewiring/resistance.hpp"

namespace isthmus::rewiring {

/// How the dense tier finds the best pair.
enum class PairSearch : std::uint8_t {
  kAll,   ///< By ranking every pair at every step.
  kLazy,  ///< By ranking those whose last known score could still win: a heuristic.
};

/// What the steps that ranked all pairs say of those that did not.
struct LazyChecks {
  std::int64_t count = 0;
  double gap = 0.0;  ///< The largest of 1 - (score that the lazy search found) / (best score).
};

/// Options of gtr(). Set only what differs: `gtr(g, {.num_edges = 20})`.
struct GtrOptions {
  /// Edges to add, >= 0, those that join components included. With 0 the graph comes back
  /// unchanged.
  std::int64_t num_edges = 10;
  /// Stop after the step that brings the total resistance to this or below; 0: never.
  double target_resistance = 0.0;
  /// Stop after the step that brings the second smallest eigenvalue of the Laplacian, of the whole
  /// graph, to this or above; 0: never. An eigenvalue a step.
  double target_lambda2 = 0.0;
  ComponentRule components = ComponentRule::kWithin;
  /// [E] Of each arc in the order of the rows, both arcs alike, > 0; empty: all 1. New edges
  /// have 1.
  std::span<const double> conductance = {};
  /// [N] Decides between tied pairs before the ids do; empty: ids alone.
  std::span<const std::int64_t> tie_key = {};
  /// kDense looks at every pair. kSparse and kSketch look at candidates that a sketch finds; they
  /// differ in how they solve, exactly or to a tolerance, and in R_tot, exact or an estimate.
  /// kAuto: for each component the first of these that fits.
  ResistanceTier tier = ResistanceTier::kAuto;
  /// Largest component of kDense: 8 n^2 bytes of memory (n = 20000: 3.2 GB). kDense refuses
  /// larger ones.
  NodeId max_nodes = 20'000;
  /// kLazy: not with kSparse, kSketch or parts.
  PairSearch search = PairSearch::kAll;
  std::int64_t columns = 128;      ///< Of the sketch, >= 1; rounded up to a multiple of eight.
  std::int64_t rescore = 16;       ///< Pairs of the sketch scored exactly at a step, >= 1.
  std::int32_t trace_solves = 48;  ///< kSketch: systems solved for R_tot, >= 3.
  std::int64_t memory_limit = -1;  ///< Bytes, for kAuto and kSparse; -1: what is available.
  double max_factor_work = kFactorWork;  ///< kAuto: as of resistance().
  std::uint64_t seed = 0;                ///< Of the sketch.
  /// Two levels: that many parts by METIS, >= 1; 0: none. See below.
  std::int64_t parts = 0;
  ProgressCallback progress = {};  ///< Units: "edges", and "columns" of a sketch.
  CancelToken cancel = {};         ///< Looked at before each step, and in solves.
};

/// One edge added, with what holds exactly in every tier, but for total_before and total_after
/// where R_tot is an estimate. Of an edge that joins components, score and gain are NaN, and R and
/// B infinite.
struct GtrStep {
  Edge edge = {};              ///< u < v.
  double score = 0.0;          ///< B / (1 + R).
  double gain = 0.0;           ///< By how much the total resistance falls: n_c score.
  double resistance = 0.0;     ///< R of the pair before.
  double biharmonic_sq = 0.0;  ///< B of the pair before.
  /// Sum of R over the pairs of one component. Unit: ohm, if conductances are in siemens.
  double total_before = 0.0;
  double total_after = 0.0;
  /// Pairs with this score, this one included; beyond kDense of those scored exactly.
  std::int64_t tied = 1;
  bool join = false;
};

/// What gtr() did. Stop::kNoCandidate: every pair of one component has an edge.
struct GtrResult {
  Graph graph = {};  ///< The input and the edges of `steps`; node ids unchanged.
  EditLog log = {};
  Stop stop = Stop::kBudget;
  std::vector<GtrStep> steps = {};
  ResistanceTier tier = ResistanceTier::kDense;  ///< The last that any component needed.
  std::optional<FactorCost> predicted = {};      ///< Of the costliest that kAuto looked at.
  double total_stderr = 0.0;                     ///< Of R_tot; 0 where it is exact.
  std::int64_t columns = 0;                      ///< Of the sketch; 0 where all was dense.
  bool converged = true;                         ///< Every iterative solve reached its tolerance.

  LazyChecks lazy = {};       ///< PairSearch::kLazy.
  bool looked_at_all = true;  ///< At every pair; else edges are the best of those found.
};

/// Greedy Total Resistance rewiring: adds, one at a time, the edge that lowers tr(L+) most.
///
/// L is the Laplacian and L+ its pseudoinverse. Joining u and v by a conductance of 1 lowers tr(L+)
/// by
///
///     B(u,v) / (1 + R(u,v)),   R = (e_u - e_v)' L+ (e_u - e_v),   B = |L+ (e_u - e_v)|^2
///
/// Candidates are the pairs without an edge inside one component, of all components together;
/// isolated nodes have none. Ties, up to a relative 1e-9 of the best, go to the smallest pair: the
/// result is a function of the arguments alone, at any number of threads.
///
/// kLazy takes the best score that each tile of pairs had when it was last ranked for a bound of
/// what it has now, so that most are not looked at. B may grow, though seldom, and so the best pair
/// may be missed; every eighth step ranks all pairs and tells by how much the lazy answer would
/// have fallen short.
///
/// Where L+ is too large, Y = (1/sqrt k) S' L+ and Z = (1/sqrt k) S W^1/2 B L+, S and S' of random
/// signs, stand for it: B is about |Y (e_u - e_v)|^2, R about |Z (e_u - e_v)|^2. Candidates are the
/// pairs of nodes at the ends of random directions and of those along which Y is longest, of nodes
/// far from everything, and of the farthest from these. The best `rescore` pairs are solved for,
/// and the best of all pairs of nodes solved so far is added; Y and Z then change without a solve.
/// kSparse and kSketch take components of at most 2 k nodes dense: L+ is smaller there.
///
/// In two levels the graph is divided into connected parts. Dense GTR on their quotient network, in
/// which all pairs of parts are candidates, adjacent ones too, says between which parts the next
/// edge goes; its ends are the pair across that scores best. Each part proposes edges inside it, by
/// dense GTR on itself and the nodes within two hops. A step adds the better of the two by the
/// exact score. Edges inside parts alone could never add what a bottleneck between them needs.
///
/// @throws InvalidArgument  if the graph is not simple (check_simple()), an option is outside its
///                          range, or a span has another length than it must.
/// @throws ResourceLimit    if a component has more than max_nodes nodes with kDense or kJoin, or
///                          the factor of kSparse does not fit.
///
/// @par Cost    kDense: O(n^3 + K n^2) for K edges in the largest component, 8 n^2 bytes: one pass
///              over both matrices an edge, which memory bounds; another n^3 every 1000 edges, or
///              when rounding shows. kSketch: 2 k solves at the start, up to 2 `rescore` and some
///              passes over 16 k bytes a node an edge; about 24 k bytes a node.
/// @par Source  Black, Wan, Nayyeri, Wang: Understanding Oversquashing in GNNs through the Lens of
///              Effective Resistance, ICML 2023 (PMLR 202:2528-2547, arXiv:2302.06835). Sketch:
///              Spielman, Srivastava: Graph Sparsification by Effective Resistances, STOC 2008.
/// @par Differs from the authors' gtr.py: it returns the self-loop (0,0) once no candidate is left,
///              and rounding decides its ties.
[[nodiscard]] GtrResult gtr(const Graph& graph, const GtrOptions& options = {});

}  // namespace isthmus::rewiring
