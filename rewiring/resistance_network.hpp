#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "isthmus/graph/graph.hpp"
#include "isthmus/rewiring/resistance.hpp"

#include "component_parts.hpp"
#include "dense_state.hpp"
#include "pair_order.hpp"
#include "pinv_solver.hpp"
#include "sketch_state.hpp"

namespace isthmus::rewiring {

/// The components of a graph, each in the state of its tier, and the best pair of them all.
class ResistanceNetwork {
 public:
  struct Options {
    PairScore score = PairScore::kGain;
    std::span<const double> conductance = {};  ///< [E] By rows; empty: all 1.
    ResistanceTier tier = ResistanceTier::kDense;
    NodeId max_nodes = 20'000;             ///< Of a dense component.
    double max_factor_work = kFactorWork;  ///< kAuto: multiplications of a factor.
    PairSearch search = PairSearch::kAll;  ///< Of dense components.
    /// kGain beyond the dense tier. Its solver goes by the tier.
    SketchState::Options sketch = {};
    const char* function = "";  ///< Who asks, for messages.
  };
  /// The pair to join, u < v.
  struct Best {
    Edge edge = {};
    double score = 0.0;
    std::int64_t tied = 0;  ///< 0: no candidate.
  };

  /// kSparse and kSketch take components of at most twice the sketch's columns dense, which needs
  /// less memory and is exact; kAuto the first tier that fits each component.
  /// @throws InvalidArgument, ResourceLimit  as gtr() says. @pre a simple graph.
  ResistanceNetwork(const Graph& graph, const Options& options);

  /// Ranks the pairs of all components, those anew that changed.
  [[nodiscard]] Best best(const PairOrder& order);
  /// visit(e), u < v, for each pair tied with the best. @pre nothing changed since best().
  void visit_ties(double best, const std::function<void(Edge)>& visit) const;

  /// Of two nodes of one component.
  [[nodiscard]] double resistance(Edge e);
  [[nodiscard]] double biharmonic_sq(Edge e);
  [[nodiscard]] bool has_edge(Edge e) const;
  /// B / (1 + R) of two nodes of one component as it is known without a solve: exactly where the
  /// component is dense.
  [[nodiscard]] double estimated_score(Edge e) const;
  /// The same exactly, of pairs inside components.
  [[nodiscard]] std::vector<double> scores(std::span<const Edge> pairs);
  /// Nodes of the component of v.
  [[nodiscard]] NodeId component_size(NodeId v) const;
  /// Of all components together.
  [[nodiscard]] TotalResistance total_resistance() const;
  /// The last tier that a component needed.
  [[nodiscard]] ResistanceTier tier() const noexcept { return tier_; }
  /// Of the dense components.
  [[nodiscard]] LazyChecks lazy_checks() const;
  /// Of the costliest component that kAuto had to predict.
  [[nodiscard]] const std::optional<FactorCost>& predicted() const noexcept { return predicted_; }
  /// Columns of the sketches as they were rounded; 0 where all is dense.
  [[nodiscard]] std::int64_t sketch_columns() const noexcept { return sketch_columns_; }
  /// Of all components, sorted. @pre kDense.
  [[nodiscard]] std::vector<WeightedEdge> edges() const;

  /// Of conductance 1.
  void add_edge(Edge e);
  /// @pre kDense.
  void remove_edge(Edge e);

 private:
  using State = std::variant<DenseState, SketchState>;
  struct Part {
    std::vector<NodeId> nodes;  ///< Ascending: local ids keep the order.
    State state;
    TotalResistance total = {};
    bool changed = true;
  };
  [[nodiscard]] Part& part_of(NodeId v);
  [[nodiscard]] Edge local(Edge e) const;
  /// Takes its network from `part`.
  [[nodiscard]] State state_of(ComponentPart& part, const Options& options);

  std::vector<NodeId> component_;  ///< [N]
  std::vector<NodeId> local_;      ///< [N] The number inside the component.
  std::vector<Part> parts_;
  ResistanceTier tier_ = ResistanceTier::kDense;
  std::optional<FactorCost> predicted_ = {};
  std::int64_t sketch_columns_ = 0;
};

/// @throws ResourceLimit  naming `function`, if a component has more than max_nodes nodes.
void check_dense_sizes(const ComponentParts& apart, NodeId max_nodes, const char* function);

}  // namespace isthmus::rewiring
