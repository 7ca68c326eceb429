#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/gtr.hpp"

#include "component_parts.hpp"
#include "packed_tiles.hpp"

namespace isthmus::rewiring {

/// What ranks the pairs of nodes that an edge could join.
enum class PairScore : std::uint8_t {
  kGain,        ///< B / (1 + R): what an edge of conductance 1 takes from tr(L+).
  kResistance,  ///< R. Needs no L+ squared: half the memory and time.
};

/// P = L+ and Q = P P of one connected network while edges come and go, and the best pair to join.
///
/// An edit of st by conductance w (negative: less) costs two column reads, v = P(e_s - e_t) and
/// u = Q(e_s - e_t): with c = w / (1 + w R),
///
///     P -= c vv',    Q += -c (vu' + uv') + c^2 |v|^2 vv'.
///
/// The diagonals change at once; the rest waits for scan(), which writes all pending edits and
/// finds the best pair in one pass. Bits do not depend on the number of threads.
///
/// kLazy takes the best score that a tile had when it was last ranked for a bound of what it has
/// now, and writes edits to those tiles alone that it ranks. B and so scores may grow, though
/// seldom: the answer is a heuristic one. Every kScansOfCheck-th scan() ranks all and tells by how
/// much the lazy answer would have fallen short.
///
/// Rounding is watched: by Foster's sum of w R over the edges, which is n - 1, for P; by |v|^2
/// against Q's own B at each edit for Q. Past a relative 1e-9, and after kEditsOfInverse edits,
/// both are computed anew.
class DenseState {
 public:
  static constexpr std::int64_t kEditsOfInverse = 1000;
  static constexpr std::int64_t kScansOfCheck = 8;

  /// @param n      Nodes, >= 1. @param edges  Of a connected network, u < v, each pair once.
  /// @throws RunFailed  if L + J/n has no Cholesky factor: conductances of too many magnitudes.
  DenseState(NodeId n, std::span<const WeightedEdge> edges, PairScore score,
             PairSearch search = PairSearch::kAll);

  [[nodiscard]] NodeId num_nodes() const noexcept { return n_; }
  [[nodiscard]] bool has_edge(NodeId u, NodeId v) const;
  /// Ascending by (u, v).
  [[nodiscard]] std::vector<WeightedEdge> edges() const;
  [[nodiscard]] double resistance(NodeId u, NodeId v) const;
  /// L+_uv, with what is pending.
  [[nodiscard]] double inverse(NodeId u, NodeId v) const;
  /// (L+ L+)_uv. @pre kGain.
  [[nodiscard]] double squared(NodeId u, NodeId v) const;
  /// B / (1 + R) from P and Q. @pre kGain. O(1).
  [[nodiscard]] double gain_score(NodeId u, NodeId v) const;
  /// |P(e_u - e_v)|^2, from P.
  [[nodiscard]] double biharmonic_sq(NodeId u, NodeId v) const;
  /// n tr P.
  [[nodiscard]] double total_resistance() const;

  /// Raises the conductance of an edge that is there already. @pre weight > 0.
  void add_edge(NodeId u, NodeId v, double weight);
  /// @pre an edge, no bridge.
  void remove_edge(NodeId u, NodeId v);

  /// Writes what is pending and ranks all pairs without an edge.
  void scan();
  /// The best score; -infinity if every pair has an edge. @pre nothing changed since scan().
  [[nodiscard]] double best() const;
  /// visit(u, v), u < v, for each pair without an edge whose score is tied with `best`, row by row
  /// of tiles. @pre nothing changed since scan(); no score is better.
  void visit_ties(double best, const std::function<void(NodeId, NodeId)>& visit) const;
  [[nodiscard]] const LazyChecks& lazy_checks() const noexcept { return checks_; }

 private:
  /// One pending edit.
  struct Update {
    double c = 0.0;
    double beta = 0.0;  ///< |v|^2
    std::vector<double> v;
    std::vector<double> u;  ///< Empty with kResistance.
  };
  struct Neighbour {
    NodeId node = 0;
    double weight = 0.0;
  };

  void compute();
  void edit(NodeId s, NodeId t, double weight);
  void pass();
  void rank_again(std::span<const std::int64_t> places);
  void rank_what_may_win();
  double apply_and_rank(std::int64_t place);
  void apply(PackedTiles::Place place, NodeId row, std::span<const Update> updates);
  void mask(PackedTiles::Place place, NodeId row, std::span<double> out) const;
  void score_row(PackedTiles::Place place, NodeId row, std::span<double> out) const;
  [[nodiscard]] bool foster_holds() const;
  /// Edits that a tile lacks.
  [[nodiscard]] std::span<const Update> unwritten(std::int64_t place) const {
    return std::span(pending_).subspan(written_[static_cast<std::size_t>(place)]);
  }
  /// Of the tiles that lack none.
  [[nodiscard]] double fresh_best() const;

  NodeId n_;
  PairScore score_;
  std::vector<std::vector<Neighbour>> rows_;  ///< Ascending.
  PackedTiles p_;
  PackedTiles q_;               ///< Empty with kResistance.
  std::vector<double> p_diag_;  ///< With what is pending.
  std::vector<double> q_diag_;
  std::vector<Update> pending_;
  std::vector<std::size_t> written_;  ///< Of each tile, how many of these it has.
  std::vector<double> best_of_tile_;  ///< As it was with those.
  PairSearch search_;
  std::int64_t scans_ = 0;
  LazyChecks checks_;
  std::int64_t edits_ = 0;  ///< Since compute().
  bool drifted_ = false;
};

}  // namespace isthmus::rewiring
