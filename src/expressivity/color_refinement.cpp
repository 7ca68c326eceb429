#include "isthmus/expressivity/color_refinement.hpp"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "joint_rows.hpp"
#include "number_signatures.hpp"
#include "room_names.hpp"
#include "sorted_refinement.hpp"
#include "split_rounds.hpp"

namespace isthmus::expressivity {
namespace {

using JointRounds = SplitRounds<RoomNames>;

/// Appends what a round has found.
void record_round(const JointRounds& rounds, std::size_t graphs, Refinement& result) {
  const auto classes = static_cast<std::int64_t>(rounds.classes().name.size());
  result.classes.push_back(rounds.classes().class_of.empty() ? 0 : classes);
  if (rounds.pools().empty()) {
    result.graph_class.emplace_back(graphs, 0U);
  } else {
    result.graph_class.push_back(number_signatures(rounds.pools()).colour);
  }
}

/// Rounds by sums until nothing more is wanted.
void refine_by_sums(JointRounds& rounds, std::size_t graphs, const RefineOptions& options,
                    Refinement& result) {
  record_round(rounds, graphs, result);
  while (options.rounds == kUntilStable || result.rounds() < options.rounds) {
    if (options.until_graphs_differ && any_differ(result.graph_class.back())) {
      return;
    }
    if (options.cancel.requested()) {
      result.undecided = "cancelled after " + std::to_string(result.rounds()) + " rounds";
      return;
    }
    if (!rounds.round()) {
      result.stable = true;
      return;
    }
    record_round(rounds, graphs, result);
  }
}

/// Probability that sums take two different classes of some round for one: K^2 / 2 pairs of two
/// lanes each.
double sum_error_bound(const Refinement& result) {
  const auto classes = static_cast<double>(result.classes.back());
  const double pairs = 0.5 * classes * classes * (result.rounds() + 1);
  return std::min(1.0, std::ldexp(pairs, -2 * ISTHMUS_WL_MIX_BITS));
}

/// Different sums are proof, equal ones are looked at: within classes and between graphs.
bool is_confirmed(const JointRows& rows, const JointRounds& rounds,
                  std::span<const std::uint32_t> colour, const Refinement& result) {
  const NamedClasses& classes = rounds.classes();
  if (!is_equitable(rows, classes.class_of, classes.element, classes.first, classes.size)) {
    return false;
  }
  const std::vector<std::uint32_t>& by_sums = result.graph_class.back();
  if (by_sums.size() < 2) {
    return true;
  }
  // Ranks both: as many classes, the same classes.
  const std::vector<std::uint32_t> exact = classes_of_graphs(rows, colour);
  return *std::max_element(by_sums.begin(), by_sums.end()) ==
         *std::max_element(exact.begin(), exact.end());
}

}  // namespace

Refinement color_refinement(std::span<const WlGraph> graphs,
                            const ColorRefinementOptions& options) {
  const JointGraph joint(graphs, "color_refinement");
  const JointRows& rows = joint.rows();
  const std::size_t n = rows.num_nodes();
  Refinement result;
  if (static_cast<std::int64_t>(n) > options.common.max_tuples) {
    result.undecided = std::to_string(n) +
                       " nodes exceed max_tuples = " + std::to_string(options.common.max_tuples);
    return result;
  }
  const LabelRanks labels = rank_labels(graphs, n);
  if (options.common.exact || options.common.rounds == 0) {
    return sorted_refinement(rows, labels.rank, options.common);
  }
  std::vector<Signature> names;
  names.reserve(labels.label.size());
  for (const std::uint64_t label : labels.label) {
    names.push_back(RoomNames::start(label));
  }
  JointRounds rounds(rows, JointRounds::Use::kJoint);
  rounds.start(labels.rank, names);
  refine_by_sums(rounds, graphs.size(), options.common, result);

  rounds.order();
  const NamedClasses& classes = rounds.classes();
  const Numbering ranks = rank_signatures(classes.name);
  const bool named_apart = ranks.classes == static_cast<std::int64_t>(classes.name.size());
  std::vector<std::uint32_t> colour(n);
  std::transform(classes.class_of.begin(), classes.class_of.end(), colour.begin(),
                 [&](std::uint32_t c) { return ranks.colour[c]; });
  if (!named_apart || (result.stable && !is_confirmed(rows, rounds, colour, result))) {
    return sorted_refinement(rows, labels.rank, options.common);
  }
  if (!result.stable &&
      !(options.common.until_graphs_differ && any_differ(result.graph_class.back()))) {
    result.certain = false;
    result.error_bound = sum_error_bound(result);
  }
  result.colour = cut_by_graph(colour, rows.offset);
  return result;
}

}  // namespace isthmus::expressivity
