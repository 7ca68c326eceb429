#include "two_level_choice.hpp"

#include <algorithm>
#include <limits>

#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"
#include "keep_first.hpp"
#include "local_proposals.hpp"
#include "scored_pair.hpp"
#include "sorted_edge.hpp"
#include "tie_rule.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::size_t kProposals = 4;        ///< Computed for a part at once.
constexpr std::size_t kLocalPairs = 4;       ///< Proposals scored exactly at a step.
constexpr std::int64_t kAllPairs = 1 << 16;  ///< Up to here all pairs across are looked at.
constexpr int kStartsAcross = 4;
constexpr int kRoundsAcross = 4;

/// The best pairs of `from` with a fixed node, without those that have an edge; best first.
std::vector<ScoredPair> ranked(const ResistanceNetwork& network, const std::vector<NodeId>& from,
                               NodeId with, std::int64_t count) {
  std::vector<ScoredPair> pairs;
  for (const NodeId v : from) {
    const Edge edge = sorted_edge(v, with);
    if (!network.has_edge(edge)) {
      pairs.push_back({network.estimated_score(edge), edge});
    }
  }
  keep_first(pairs, index(count));
  return pairs;
}

NodeId other_end(Edge edge, NodeId v) { return edge.u == v ? edge.v : edge.u; }

/// Pairs of a node of `a` and one of `b` with the best estimates: all of them, or those that are
/// found by going over to the best partner and back, from several nodes.
std::vector<ScoredPair> best_across(const ResistanceNetwork& network, const std::vector<NodeId>& a,
                                    const std::vector<NodeId>& b, std::int64_t count) {
  std::vector<std::vector<ScoredPair>> found;
  if (static_cast<std::int64_t>(a.size() * b.size()) <= kAllPairs) {
    found.resize(b.size());
    parallel_chunks(static_cast<std::int64_t>(b.size()), [&](std::int64_t i) {
      found[index(i)] = ranked(network, a, b[index(i)], count);
    });
  } else {
    found.resize(kStartsAcross);
    parallel_chunks(kStartsAcross, [&](std::int64_t i) {
      std::vector<ScoredPair>& pairs = found[index(i)];
      NodeId node = b[index(i) * b.size() / kStartsAcross];
      for (int round = 0; round < kRoundsAcross; ++round) {
        const bool to_a = round % 2 == 0;
        const std::vector<ScoredPair> next = ranked(network, to_a ? a : b, node, count);
        if (next.empty()) {
          break;
        }
        pairs.insert(pairs.end(), next.begin(), next.end());
        node = other_end(next.front().edge, node);
      }
    });
  }
  std::vector<ScoredPair> pairs;
  for (const std::vector<ScoredPair>& one : found) {
    pairs.insert(pairs.end(), one.begin(), one.end());
  }
  std::sort(pairs.begin(), pairs.end());
  pairs.erase(
      std::unique(pairs.begin(), pairs.end(),
                  [](const ScoredPair& x, const ScoredPair& y) { return x.edge == y.edge; }),
      pairs.end());
  pairs.resize(std::min(pairs.size(), index(count)));
  return pairs;
}

}  // namespace

TwoLevelChoice::TwoLevelChoice(const Graph& graph, std::span<const double> conductance,
                               std::int64_t parts, std::int64_t rescore)
    : input_(graph),
      conductance_(conductance),
      now_(graph),
      rescore_(rescore),
      parts_(contiguous_parts(graph, parts)),
      quotient_(quotient_components(graph, conductance, parts_)),
      proposals_(parts_.nodes.size()) {
  parallel_chunks(static_cast<std::int64_t>(proposals_.size()),
                  [&](std::int64_t part) { propose(part); });
}

void TwoLevelChoice::propose(std::int64_t part) {
  proposals_[index(part)] = {
      local_proposals(now_, input_, conductance_, parts_.nodes[index(part)], kProposals), 0};
}

void TwoLevelChoice::add_edge(Edge edge) {
  now_.add_edge(edge.u, edge.v);
  const std::int32_t a = parts_.part[index(edge.u)];
  const std::int32_t b = parts_.part[index(edge.v)];
  if (a != b) {
    quotient_.add_edge({std::min(a, b), std::max(a, b)});
  }
}

std::vector<Edge> TwoLevelChoice::across(const ResistanceNetwork& network) {
  while (true) {
    const QuotientNetwork::Pair pair = quotient_.best();
    if (pair.a < 0) {
      return {};
    }
    const std::vector<ScoredPair> pairs =
        best_across(network, parts_.nodes[index(pair.a)], parts_.nodes[index(pair.b)], rescore_);
    if (!pairs.empty()) {
      return edges_of(pairs);
    }
    quotient_.exclude(pair);
  }
}

std::vector<Edge> TwoLevelChoice::inside(const ResistanceNetwork& network) {
  std::vector<ScoredPair> pairs;
  for (std::size_t p = 0; p < proposals_.size(); ++p) {
    Proposals& own = proposals_[p];
    if (own.edges.empty()) {
      continue;  // complete, or too large
    }
    const auto skip = [&] {
      while (own.next < own.edges.size() && network.has_edge(own.edges[own.next])) {
        ++own.next;
      }
    };
    skip();
    if (own.next == own.edges.size()) {
      propose(static_cast<std::int64_t>(p));
      skip();
    }
    if (own.next < own.edges.size()) {
      pairs.push_back({network.estimated_score(own.edges[own.next]), own.edges[own.next]});
    }
  }
  keep_first(pairs, kLocalPairs);
  return edges_of(pairs);
}

ResistanceNetwork::Best TwoLevelChoice::best(ResistanceNetwork& network, const PairOrder& order) {
  std::vector<Edge> pairs = across(network);
  const std::vector<Edge> local = inside(network);
  pairs.insert(pairs.end(), local.begin(), local.end());
  const std::vector<double> scores = network.scores(pairs);
  ResistanceNetwork::Best best{.score = -std::numeric_limits<double>::infinity()};
  for (const double score : scores) {
    best.score = std::max(best.score, score);
  }
  for (std::size_t i = 0; i < pairs.size(); ++i) {
    if (is_tied(best.score, scores[i]) && (best.tied++ == 0 || order.before(pairs[i], best.edge))) {
      best.edge = pairs[i];
    }
  }
  return best;
}

}  // namespace isthmus::rewiring
