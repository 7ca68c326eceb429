#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "isthmus/core/cancel_token.hpp"

namespace isthmus::expressivity {

/// Rounds until the joint partition is stable.
inline constexpr std::int32_t kUntilStable = -1;

/// Options that all tests share.
struct RefineOptions {
  /// Rounds to run, >= 0, or kUntilStable. Fewer are run where the partition is stable before.
  std::int32_t rounds = kUntilStable;

  /// Stop after the first round in which not all graphs have the same class: enough for a verdict,
  /// not for classes.
  bool until_graphs_differ = false;

  /// Confirm the result by sorted signatures where the test's default is a hash.
  bool exact = false;

  /// Objects (tuples) that all graphs together may have, >= 0. Above it the test is not begun:
  /// `undecided` says why. 2^28 pairs take a few GB.
  std::int64_t max_tuples = std::int64_t{1} << 28;

  /// Looked at once a round and more often in long rounds; a test that is stopped is undecided.
  CancelToken cancel = {};
};

/// A joint refinement of several graphs: one colour table for all of them, so equal colours mean
/// equal content across graphs. Colours are ranks of content: renaming nodes changes none, and so
/// does the order of the graphs.
struct Refinement {
  /// [rounds + 1] Classes of objects (vertices, pairs, triples) of all graphs together.
  std::vector<std::int64_t> classes;
  /// [rounds + 1][G] Class of each graph: equal in a round iff the pooled colours of that round are
  /// equal. Graphs of different n differ in round 0.
  std::vector<std::vector<std::uint32_t>> graph_class;
  /// [G][objects of the graph] Colour of each object after the last round. Of a pair (u, v):
  /// position u n + v; of a triple (u, v, w): position (u n + v) n + w.
  std::vector<std::vector<std::uint32_t>> colour;
  /// The last partition is stable. Only then do equal graph classes say "not distinguished".
  bool stable = false;
  /// False where equal classes rest on hashes that were not confirmed. Different ones are proof
  /// always.
  bool certain = true;
  /// Probability, over the hash's constants, that two classes reported equal differ; 0 if certain.
  double error_bound = 0.0;
  /// Why the test was not finished: a limit and its value. Empty: it was.
  std::string undecided;

  [[nodiscard]] std::int32_t rounds() const noexcept {
    return static_cast<std::int32_t>(classes.size()) - 1;
  }
};

}  // namespace isthmus::expressivity
