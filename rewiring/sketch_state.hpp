#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "isthmus/core/cancel_token.hpp"
#include "isthmus/core/progress.hpp"
#include "isthmus/graph/editable_graph.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/linalg/laplacian.hpp"

#include "candidate_nodes.hpp"
#include "pinv_columns.hpp"
#include "pinv_solver.hpp"
#include "resistance_sketch.hpp"

namespace isthmus::rewiring {

/// What stands for P = L+ and Q = P P of one connected network that is too large for them, while
/// edges of conductance 1 are added, and the best pair found to join.
///
/// A scan() takes the pairs of candidate nodes, ranks them by the sketch, solves for the nodes of
/// the best `rescore` ones, and then knows B / (1 + R) exactly for all pairs of nodes solved so
/// far; the best of these is the answer. What it did not look at may be better. Bits do not depend
/// on the number of threads.
///
/// Columns of P solved for are updated with each edge and kept, as many as the sketch has. After
/// kEditsOfSolver edges the solver is set up anew; until then its answers are put right by the
/// edges since. The potential of each edge added is put into L, and solved again if it does not
/// fit.
class SketchState {
 public:
  static constexpr std::size_t kEditsOfSolver = 32;

  struct Options {
    SolverKind solver = SolverKind::kIterative;
    std::span<const NodeId> order = {};  ///< kFactor: of elimination, or empty.
    std::int64_t memory_limit = -1;      ///< kFactor.
    std::int64_t columns = 128;          ///< Of the sketch, >= 1.
    std::int64_t rescore = 16;           ///< Pairs solved in a scan, >= 1.
    std::int32_t trace_solves = 48;      ///< kIterative: systems solved for R_tot, >= 3.
    std::uint64_t seed = 0;
    ProgressCallback progress = {};  ///< Units: "columns".
    CancelToken cancel = {};
  };

  SketchState(linalg::Conductances network, const Options& options);

  [[nodiscard]] NodeId num_nodes() const noexcept { return graph_.num_nodes(); }
  [[nodiscard]] bool has_edge(NodeId u, NodeId v) const { return graph_.has_edge(u, v); }
  /// Estimated or exact at first, less what each edge took since.
  [[nodiscard]] const TotalResistance& total_resistance() const noexcept { return total_; }
  /// Every solve reached its tolerance.
  [[nodiscard]] bool converged() const noexcept { return converged_; }
  [[nodiscard]] const ResistanceSketch& sketch() const noexcept { return sketch_; }

  /// Of any pair, by a solve unless both are known already.
  [[nodiscard]] double resistance(NodeId u, NodeId v);
  [[nodiscard]] double biharmonic_sq(NodeId u, NodeId v);
  /// B / (1 + R) of any pairs, exactly; solves for all of their nodes at once.
  [[nodiscard]] std::vector<double> scores(std::span<const Edge> pairs);

  /// @pre no edge.
  void add_edge(NodeId u, NodeId v);

  /// Looks for the best pair without an edge.
  void scan();
  /// The best score found; -infinity if every pair has an edge. @pre nothing changed since scan().
  [[nodiscard]] double best() const noexcept { return best_; }
  /// visit(u, v), u < v, for each pair of known nodes without an edge whose score is tied with
  /// `best`. @pre nothing changed since scan(); no score is better.
  void visit_ties(double best, const std::function<void(NodeId, NodeId)>& visit) const;

 private:
  struct Edit {
    Edge edge;
    double c = 0.0;  ///< 1 / (1 + R)
    std::vector<double> v;
  };

  [[nodiscard]] bool is_complete() const;
  /// Solves for those of `nodes` that are not known; others may be forgotten.
  void know(std::vector<NodeId> nodes);
  void make_room(const std::vector<NodeId>& wanted, std::size_t missing);
  [[nodiscard]] std::vector<double> potential(Edge edge);
  [[nodiscard]] bool fits(Edge edge, std::span<const double> v) const;
  void renew_solver();
  [[nodiscard]] std::vector<Edge> best_unknown(const std::vector<NodeId>& nodes) const;
  [[nodiscard]] Edge some_pair() const;
  [[nodiscard]] double exact_score(NodeId u, NodeId v) const;
  [[nodiscard]] double best_known() const;

  Options options_;
  linalg::Conductances network_;  ///< As the solver has it.
  EditableGraph graph_;           ///< As it is now.
  PinvSolver solver_;
  TotalResistance total_;
  ResistanceSketch sketch_;
  PinvColumns known_;
  CandidateNodes candidates_;
  std::vector<Edit> since_;  ///< Edges that the solver lacks.
  std::uint32_t step_ = 0;
  double best_ = 0.0;
  bool converged_ = true;
};

}  // namespace isthmus::rewiring
