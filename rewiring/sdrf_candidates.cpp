#include "sdrf_candidates.hpp"

#include <algorithm>
#include <cmath>
#include <utility>

#include "isthmus/rewiring/balanced_forman.hpp"

#include "sorted_edge.hpp"

namespace isthmus::rewiring {
namespace {

// Groups: of X and of Y by partners (none, some, gamma), then the common neighbours.
constexpr std::size_t kX = 1;
constexpr std::size_t kY = 4;
constexpr std::size_t kCommon = 7;
constexpr std::size_t kSomePartners = 1;
constexpr std::size_t kMostPartners = 2;

/// 0 for groups of X, 1 for groups of Y. @pre One of these.
std::size_t side_of(std::size_t group) { return group < kY ? 0 : 1; }
bool has_side(std::size_t group) { return group != 0 && group != kCommon; }
bool on_side(std::size_t group, std::size_t side) {
  return has_side(group) && side_of(group) == side;
}

}  // namespace

SdrfCandidates::SdrfCandidates(NodeId num_nodes, const PairOrder& order)
    : order_(order),
      group_(static_cast<std::size_t>(num_nodes)),
      partners_(static_cast<std::size_t>(num_nodes)) {}

bool SdrfCandidates::node_before(NodeId a, NodeId b) const {
  if (order_.key.empty()) {
    return a < b;
  }
  return std::pair(order_.key[static_cast<std::size_t>(a)], a) <
         std::pair(order_.key[static_cast<std::size_t>(b)], b);
}

void SdrfCandidates::prepare(const EditableGraph& graph, Edge xy) {
  singles_.clear();
  classes_.clear();
  edges_between_ = {};
  counts_ = {};
  find_groups(graph, xy);
  count_partners(graph);
  sort_members();
  read_rows(graph, xy);
  make_classes();
}

void SdrfCandidates::release() {
  for (const NodeId w : members_) {
    group_[static_cast<std::size_t>(w)] = 0;
    partners_[static_cast<std::size_t>(w)] = 0;
  }
}

void SdrfCandidates::find_groups(const EditableGraph& graph, Edge xy) {
  const auto [x, y] = xy;
  members_.clear();
  for (const NodeId i : graph.neighbours(x)) {
    group_[static_cast<std::size_t>(i)] = kX;
    members_.push_back(i);
  }
  for (const NodeId j : graph.neighbours(y)) {
    const bool common = group(j) == kX;
    group_[static_cast<std::size_t>(j)] = common ? kCommon : kY;
    counts_.tri += common ? 1 : 0;
    if (!common) {
      members_.push_back(j);
    }
  }
  for (const NodeId end : {x, y}) {
    group_[static_cast<std::size_t>(end)] = 0;
    members_.erase(std::find(members_.begin(), members_.end(), end));
  }
  counts_.degree_u = static_cast<std::int32_t>(graph.degree(x));
  counts_.degree_v = static_cast<std::int32_t>(graph.degree(y));
}

void SdrfCandidates::count_partners(const EditableGraph& graph) {
  for (const NodeId i : members_) {
    if (group(i) != kX) {
      continue;
    }
    for (const NodeId j : graph.neighbours(i)) {
      if (group(j) == kY) {
        ++partners_[static_cast<std::size_t>(i)];
        ++partners_[static_cast<std::size_t>(j)];
      }
    }
  }
  set_most();
  counts_.gamma = std::max(most_[0], most_[1]);
  for (const NodeId w : members_) {
    if (group(w) == kCommon) {
      continue;
    }
    if (partners(w) > 0) {
      (group(w) == kX ? counts_.s_u : counts_.s_v) += 1;
      const bool most = partners(w) == counts_.gamma;
      group_[static_cast<std::size_t>(w)] =
          static_cast<std::uint8_t>(group(w) + (most ? kMostPartners : kSomePartners));
    }
  }
}

void SdrfCandidates::set_most() {
  most_ = {};
  with_most_ = {};
  next_most_ = {};
  for (const NodeId w : members_) {
    if (!has_side(group(w))) {
      continue;
    }
    const std::size_t side = side_of(group(w));
    const std::int32_t count = partners(w);
    if (count > most_[side]) {
      next_most_[side] = most_[side];
      most_[side] = count;
      with_most_[side] = 1;
    } else if (count == most_[side]) {
      ++with_most_[side];
    } else {
      next_most_[side] = std::max(next_most_[side], count);
    }
  }
}

void SdrfCandidates::sort_members() {
  std::sort(members_.begin(), members_.end(),
            [&](NodeId a, NodeId b) { return node_before(a, b); });
  for (std::vector<NodeId>& list : members_of_) {
    list.clear();
  }
  for (const NodeId w : members_) {
    members_of_[group(w)].push_back(w);
  }
}

void SdrfCandidates::read_rows(const EditableGraph& graph, Edge xy) {
  for (const NodeId w : members_) {
    auto& row = edges_between_[group(w)];
    for (const NodeId q : graph.neighbours(w)) {
      ++row[group(q)];
    }
    if (has_side(group(w))) {
      add_single(graph, side_of(group(w)) == 0 ? xy.v : xy.u, w);
    }
  }
}

void SdrfCandidates::add_single(const EditableGraph& graph, NodeId end, NodeId other) {
  const std::size_t own = side_of(group(other));
  const std::size_t opposite = 1 - own;
  std::int32_t left_alone = 0;  // nodes that have no other partner
  std::int64_t lowered = 0;     // nodes with the most partners that lose one
  if (partners(other) > 0) {
    for (const NodeId k : graph.neighbours(other)) {
      if (on_side(group(k), opposite)) {
        left_alone += partners(k) == 1 ? 1 : 0;
        lowered += partners(k) == most_[opposite] ? 1 : 0;
      }
    }
  }
  EdgeCounts after = counts_;
  after.tri += 1;
  // A neighbour of x alone becomes one of y too, and the other way round.
  (own == 0 ? after.degree_v : after.degree_u) += 1;
  std::array<std::int32_t, 2> with_partner = {after.s_u, after.s_v};
  with_partner[own] -= partners(other) > 0 ? 1 : 0;
  with_partner[opposite] -= left_alone;
  after.s_u = with_partner[0];
  after.s_v = with_partner[1];
  const bool was_the_most = partners(other) == most_[own] && with_most_[own] == 1;
  const bool all_lowered = most_[opposite] > 0 && lowered == with_most_[opposite];
  after.gamma = std::max(was_the_most ? next_most_[own] : most_[own],
                         most_[opposite] - (all_lowered ? 1 : 0));
  singles_.push_back({sorted_edge(end, other), balanced_forman(after)});
}

void SdrfCandidates::make_classes() {
  const auto add = [&](std::size_t g, std::size_t h, const EdgeCounts& after) {
    const auto size_g = static_cast<std::int64_t>(members_of_[g].size());
    const auto size_h = static_cast<std::int64_t>(members_of_[h].size());
    const std::int64_t count = g == h ? (size_g * (size_g - 1) - edges_between_[g][g]) / 2
                                      : size_g * size_h - edges_between_[g][h];
    if (count > 0) {
      classes_.push_back({g, h, count, balanced_forman(after)});
    }
  };
  for (std::size_t g = kX; g < kY; ++g) {
    for (std::size_t h = kY; h < kCommon; ++h) {
      EdgeCounts after = counts_;
      after.s_u += g == kX ? 1 : 0;
      after.s_v += h == kY ? 1 : 0;
      const bool grows = g == kX + kMostPartners || h == kY + kMostPartners;
      after.gamma = std::max(counts_.gamma + (grows ? 1 : 0), 1);
      add(g, h, after);
    }
  }
  for (std::size_t g = kX; g <= kCommon; ++g) {
    add(g, kCommon, counts_);
  }
}

std::int64_t SdrfCandidates::tied_with(const Fraction& after) const {
  std::int64_t tied = 0;
  for (const Single& single : singles_) {
    tied += single.after == after ? 1 : 0;
  }
  for (const Class& of : classes_) {
    tied += of.after == after ? of.count : 0;
  }
  return tied;
}

std::optional<Edge> SdrfCandidates::first_pair(const EditableGraph& graph,
                                               const Fraction& after) const {
  std::optional<Edge> first;
  const auto offer = [&](Edge pair) {
    if (!first || order_.before(pair, *first)) {
      first = pair;
    }
  };
  for (const Single& single : singles_) {
    if (single.after == after) {
      offer(single.pair);
    }
  }
  PerPair<bool> allowed = {};
  for (const Class& of : classes_) {
    allowed[of.g][of.h] = allowed[of.h][of.g] = of.after == after;
  }
  const auto node_order = [&](NodeId a, NodeId b) { return node_before(a, b); };
  std::optional<NodeId> starts;  // the first node that starts a pair
  for (const NodeId w : members_) {
    const bool later =
        starts && (order_.key.empty() || order_.key[static_cast<std::size_t>(w)] !=
                                             order_.key[static_cast<std::size_t>(*starts)]);
    if (later) {
      break;
    }
    std::optional<NodeId> partner;
    for (std::size_t h = kX; h <= kCommon; ++h) {
      if (!allowed[group(w)][h]) {
        continue;
      }
      const std::vector<NodeId>& list = members_of_[h];
      auto place = std::upper_bound(list.begin(), list.end(), w, node_order);
      while (place != list.end() && graph.has_edge(w, *place)) {
        ++place;
      }
      if (place != list.end() && (!partner || node_before(*place, *partner))) {
        partner = *place;
      }
    }
    if (partner) {
      offer(sorted_edge(w, *partner));
      starts = starts ? starts : w;
    }
  }
  return first;
}

Edge SdrfCandidates::pair_of_class(const EditableGraph& graph, const Class& of,
                                   std::int64_t rank) const {
  const std::vector<NodeId>& list = members_of_[of.h];
  const auto wanted = [&](NodeId w, NodeId p) {
    return (of.g != of.h || node_before(w, p)) && !graph.has_edge(w, p);
  };
  for (const NodeId w : members_of_[of.g]) {
    std::int64_t count = of.g != of.h ? static_cast<std::int64_t>(list.size())
                                      : std::count_if(list.begin(), list.end(),
                                                      [&](NodeId p) { return node_before(w, p); });
    for (const NodeId p : graph.neighbours(w)) {
      count -= group(p) == of.h && (of.g != of.h || node_before(w, p)) ? 1 : 0;
    }
    if (rank >= count) {
      rank -= count;
      continue;
    }
    for (const NodeId p : list) {
      if (wanted(w, p) && rank-- == 0) {
        return sorted_edge(w, p);
      }
    }
  }
  return {};  // not reached: rank < of.count
}

std::optional<SdrfChoice> SdrfCandidates::best(const EditableGraph& graph, Edge xy) {
  prepare(graph, xy);
  std::optional<Fraction> best;
  for (const Single& single : singles_) {
    best = best ? std::max(*best, single.after) : single.after;
  }
  for (const Class& of : classes_) {
    best = best ? std::max(*best, of.after) : of.after;
  }
  std::optional<SdrfChoice> choice;
  if (best) {
    choice = SdrfChoice{*first_pair(graph, *best), *best, tied_with(*best)};
  }
  release();
  return choice;
}

std::optional<SdrfChoice> SdrfCandidates::draw(const EditableGraph& graph, Edge xy, double tau,
                                               RandomStream& draws) {
  prepare(graph, xy);
  std::vector<double> weight;
  double most = -4.0;  // curvatures are not below -2
  for (const Single& single : singles_) {
    most = std::max(most, single.after.to_double());
  }
  for (const Class& of : classes_) {
    most = std::max(most, of.after.to_double());
  }
  double total = 0.0;
  for (const Single& single : singles_) {
    weight.push_back(std::exp(tau * (single.after.to_double() - most)));
    total += weight.back();
  }
  for (const Class& of : classes_) {
    weight.push_back(static_cast<double>(of.count) * std::exp(tau * (of.after.to_double() - most)));
    total += weight.back();
  }
  std::optional<SdrfChoice> choice;
  if (!weight.empty()) {
    const double target = draws.uniform() * total;
    double sum = weight[0];
    std::size_t taken = 0;
    while (sum <= target && taken + 1 < weight.size()) {
      sum += weight[++taken];
    }
    if (taken < singles_.size()) {
      choice = SdrfChoice{singles_[taken].pair, singles_[taken].after, 0};
    } else {
      const Class& of = classes_[taken - singles_.size()];
      choice = SdrfChoice{pair_of_class(graph, of, draws.integer(of.count)), of.after, 0};
    }
    choice->tied = tied_with(choice->after);
  }
  release();
  return choice;
}

}  // namespace isthmus::rewiring
