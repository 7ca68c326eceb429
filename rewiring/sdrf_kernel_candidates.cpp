#include "sdrf_kernel_candidates.hpp"

#include <algorithm>

#include "balanced_terms.hpp"
#include "sorted_edge.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::uint8_t kAtHand = 4;

std::size_t at(NodeId v) { return static_cast<std::size_t>(v); }
std::uint8_t mark_of(std::size_t side) { return static_cast<std::uint8_t>(1U << side); }

}  // namespace

std::optional<SdrfChoice> SdrfKernelCandidates::best(const EditableGraph& graph, Edge xy) {
  end_ = {xy.u, xy.v};
  choice_.reset();
  find_terms(graph);
  offer_ends(graph, 0);
  offer_ends(graph, 1);
  offer_pairs(graph);
  release(graph);
  return choice_;
}

void SdrfKernelCandidates::find_terms(const EditableGraph& graph) {
  lo_ = std::min(graph.degree(end_[0]), graph.degree(end_[1]));
  hi_ = std::max(graph.degree(end_[0]), graph.degree(end_[1]));
  triangles_ = positive_ = largest_ = 0;
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    for (const NodeId z : graph.neighbours(end_[side])) {
      marks_[at(z)] |= mark_of(side);
    }
  }
  for (const std::size_t side : {std::size_t{0}, std::size_t{1}}) {
    const std::uint8_t other = mark_of(1 - side);
    for (const NodeId z : graph.neighbours(end_[side])) {
      const bool adjacent = (marks_[at(z)] & other) != 0;
      std::int32_t term = adjacent ? -1 : 0;
      for (const NodeId w : graph.neighbours(z)) {
        term += (marks_[at(w)] & other) != 0 ? 1 : 0;
      }
      term_[side][at(z)] = term;
      triangles_ += side == 0 && adjacent ? 1 : 0;
      positive_ += term > 0 ? 1 : 0;
      largest_ = std::max<std::int64_t>(largest_, term);
    }
  }
}

void SdrfKernelCandidates::release(const EditableGraph& graph) {
  for (const NodeId end : end_) {
    for (const NodeId z : graph.neighbours(end)) {
      marks_[at(z)] = 0;
    }
  }
}

Fraction SdrfKernelCandidates::score(std::int64_t triangles, std::int64_t positive,
                                     std::int64_t largest) const {
  return balanced_terms(lo_, hi_, triangles, positive, largest);
}

void SdrfKernelCandidates::offer(Edge pair, const Fraction& after) {
  if (!choice_ || after > choice_->after) {
    choice_ = SdrfChoice{pair, after, 1};
  } else if (after == choice_->after) {
    ++choice_->tied;
    choice_->pair = order_.before(pair, choice_->pair) ? pair : choice_->pair;
  }
}

/// The end of `side` and each neighbour of the other end that is none of its own.
void SdrfKernelCandidates::offer_ends(const EditableGraph& graph, std::size_t side) {
  const NodeId end = end_[side];
  const std::uint8_t others = mark_of(1 - side);
  const std::vector<std::int32_t>& term = term_[1 - side];
  for (const NodeId j : graph.neighbours(end_[1 - side])) {
    if (j == end || (marks_[at(j)] & mark_of(side)) != 0) {
      continue;
    }
    std::int64_t positive = positive_ - (term[at(j)] == 1 ? 1 : 0);
    std::int64_t largest = largest_;
    std::int64_t shared = 0;  // neighbours of j and the other end
    for (const NodeId z : graph.neighbours(j)) {
      if ((marks_[at(z)] & others) != 0) {
        ++shared;
        positive += term[at(z)] == 0 ? 1 : 0;
        largest = std::max<std::int64_t>(largest, term[at(z)] + 1);
      }
    }
    positive += shared > 1 ? 1 : 0;
    offer(sorted_edge(end, j), score(triangles_ + 1, positive, largest));
  }
}

void SdrfKernelCandidates::offer_pairs(const EditableGraph& graph) {
  // All scores that a pair of neighbours can have.
  std::array<std::array<Fraction, 2>, 3> scores;
  for (std::int64_t more = 0; more < 3; ++more) {
    for (std::int64_t larger = 0; larger < 2; ++larger) {
      scores[static_cast<std::size_t>(more)][static_cast<std::size_t>(larger)] =
          score(triangles_, positive_ + more, largest_ + larger);
    }
  }
  const auto score_of = [&](NodeId i, NodeId j) {
    const std::int32_t of_i = term_[0][at(i)];
    const std::int32_t of_j = term_[1][at(j)];
    const std::size_t more = (of_i == 0 ? 1U : 0U) + (of_j == 0 ? 1U : 0U);
    return scores[more][std::max(of_i, of_j) == largest_ ? 1 : 0];
  };
  for (const NodeId i : graph.neighbours(end_[0])) {
    if (i == end_[1]) {
      continue;
    }
    for (const NodeId w : graph.neighbours(i)) {
      marks_[at(w)] |= kAtHand;
    }
    const bool i_common = (marks_[at(i)] & mark_of(1)) != 0;
    for (const NodeId j : graph.neighbours(end_[1])) {
      if (j == end_[0] || j == i || (marks_[at(j)] & kAtHand) != 0) {
        continue;
      }
      const bool both_ways = i_common && (marks_[at(j)] & mark_of(0)) != 0;
      if (!both_ways) {
        offer(sorted_edge(i, j), score_of(i, j));
      } else if (i < j) {
        offer(sorted_edge(i, j), std::max(score_of(i, j), score_of(j, i)));
      }
    }
    for (const NodeId w : graph.neighbours(i)) {
      marks_[at(w)] &= static_cast<std::uint8_t>(~kAtHand);
    }
  }
}

}  // namespace isthmus::rewiring
