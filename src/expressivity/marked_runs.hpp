#pragma once

#include <cstdint>
#include <span>

#include "isthmus/expressivity/refinement.hpp"

#include "split_rounds.hpp"

namespace isthmus::expressivity {

/// Rows of one graph, looked at where it is.
[[nodiscard]] inline JointRows rows_of(const WlGraph& graph) {
  return {{0, graph.graph.num_nodes()}, graph.graph.csr(), graph.edge_label};
}

/// Up to `limit` rounds; kUntilStable: until the partition is stable. Returns those that split.
template <typename Names>
std::int32_t run_rounds(SplitRounds<Names>& rounds, std::int32_t limit) {
  std::int32_t done = 0;
  while ((limit == kUntilStable || done < limit) && rounds.round()) {
    ++done;
  }
  return done;
}

/// Starts from the labels of one graph, classes named by Names::start(label).
template <typename Names>
void start_by_labels(const WlGraph& graph, SplitRounds<Names>& rounds) {
  const LabelRanks labels =
      rank_labels({&graph, 1}, static_cast<std::size_t>(graph.graph.num_nodes()));
  std::vector<Signature> names;
  for (const std::uint64_t label : labels.label) {
    names.push_back(Names::start(label));
  }
  rounds.start(labels.rank, names);
}

/// The classes that marked runs start from: until stable the stable ones, else those by labels.
template <typename Names>
NamedClasses base_of_marks(const WlGraph& graph, std::int32_t limit, SplitRounds<Names>& rounds) {
  start_by_labels(graph, rounds);
  if (limit == kUntilStable) {
    run_rounds(rounds, limit);
  }
  rounds.order();
  return rounds.classes();
}

/// Runs of 1-WL on copies of one graph with one or two marked nodes. Results of different runs,
/// graphs among them, are equal iff the copies have the same multiset of colours in all rounds.
///
/// Until stable, a run goes on from the stable classes of what has one mark less: a node in a class
/// of its own tells its neighbours, nobody else has anything new to tell. A given number of rounds
/// starts from the labels.
template <typename Names>
class MarkedRuns {
 public:
  /// `base`: base_of_marks() with the same limit; it outlives this object.
  MarkedRuns(const JointRows& rows, const NamedClasses& base, std::int32_t limit)
      : base_(base), limit_(limit), rounds_(rows, SplitRounds<Names>::Use::kTraced) {}

  /// Marks a_1.
  [[nodiscard]] Signature one(NodeId first) {
    rounds_.restore(base_);
    rounds_.mark(first, 1);
    if (limit_ != kUntilStable) {
      marked_ = rounds_.classes();
      return run_all();
    }
    run_rounds(rounds_, limit_);
    marked_ = rounds_.classes();
    return rounds_.summary();
  }

  /// Marks a_2 beside the a_1 of the last one().
  [[nodiscard]] Signature two(NodeId second) {
    rounds_.restore(marked_);
    rounds_.mark(second, 2);
    if (limit_ != kUntilStable) {
      return run_all();
    }
    run_rounds(rounds_, limit_);
    return rounds_.summary();
  }

 private:
  Signature run_all() {
    rounds_.renew();
    run_rounds(rounds_, limit_);
    return rounds_.summary();
  }

  const NamedClasses& base_;
  std::int32_t limit_;
  SplitRounds<Names> rounds_;
  NamedClasses marked_;
};

}  // namespace isthmus::expressivity
