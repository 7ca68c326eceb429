#include "curvature_ranking.hpp"

#include <algorithm>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"

#include "index.hpp"
#include "jost_liu_bounds.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::size_t kFirstRound = 1024;

}  // namespace

CurvatureRanking::CurvatureRanking(const Graph& graph, PairOrder order, std::function<void()> tell)
    : graph_(graph),
      order_(order),
      tell_(std::move(tell)),
      transport_(std::make_unique<ParallelTransport>(graph, Fraction())),
      edges_(graph.edges()),
      entries_(edges_.size()) {
  bound_unknown();
}

void CurvatureRanking::bound_unknown() {
  constexpr std::int64_t kEdgesOfChunk = 1024;
  const auto count = std::ssize(edges_);
  parallel_chunks((count + kEdgesOfChunk - 1) / kEdgesOfChunk, [&](std::int64_t chunk) {
    const std::int64_t last = std::min(count, (chunk + 1) * kEdgesOfChunk);
    for (std::int64_t i = chunk * kEdgesOfChunk; i < last; ++i) {
      const auto e = static_cast<std::size_t>(i);
      if (!entries_[e].known) {
        const JostLiuBounds bounds = jost_liu_bounds(graph_.csr(), edges_[e]);
        entries_[e] = {bounds.lower, bounds.upper, false};
      }
    }
  });
}

void CurvatureRanking::compute(std::span<const std::size_t> which) {
  std::vector<Edge> edges;
  edges.reserve(which.size());
  for (const std::size_t e : which) {
    edges.push_back(edges_[e]);
  }
  const std::vector<Fraction> values = transport_->curvatures(edges, [&](std::int64_t /*done*/) {
    if (tell_) {
      tell_();
    }
  });
  for (std::size_t i = 0; i < which.size(); ++i) {
    entries_[which[i]] = {values[i], values[i], true};
  }
}

/// Computes what may be among the first `count`, until all that come before or tie with the last of
/// them are known; its value. 1 <= count <= edges.
Fraction CurvatureRanking::compute_up_to(std::size_t count, const End& end) {
  const auto bound = [&](std::size_t e) { return entries_[e].*end.bound; };
  std::vector<std::size_t> open;
  std::vector<Fraction> values;
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    if (entries_[e].known) {
      values.push_back(bound(e));
    } else {
      open.push_back(e);
    }
  }
  std::sort(open.begin(), open.end(), [&](std::size_t a, std::size_t b) {
    return bound(a) != bound(b) ? end.before(bound(a), bound(b)) : a < b;
  });
  std::size_t done = 0;
  for (std::size_t round = std::max(kFirstRound, 2 * count);; round *= 2) {
    const bool enough = values.size() >= count;
    if (enough) {
      const auto last = values.begin() + static_cast<std::ptrdiff_t>(count) - 1;
      std::nth_element(values.begin(), last, values.end(),
                       [&](const Fraction& a, const Fraction& b) { return end.before(a, b); });
      if (done == open.size() || end.before(*last, bound(open[done]))) {
        return *last;
      }
    }
    const std::size_t take = std::min(round, open.size() - done);
    const auto which = std::span<const std::size_t>(open).subspan(done, take);
    compute(which);
    for (const std::size_t e : which) {
      values.push_back(bound(e));
    }
    done += take;
  }
}

std::vector<RankedEdge> CurvatureRanking::first(std::int64_t count, const End& end) {
  const std::size_t wanted = std::min(static_cast<std::size_t>(count), edges_.size());
  if (wanted == 0) {
    return {};
  }
  const Fraction last = compute_up_to(wanted, end);
  std::vector<RankedEdge> ranked;
  std::int64_t tied_with_last = 0;
  for (std::size_t e = 0; e < edges_.size(); ++e) {
    if (entries_[e].known && !end.before(last, entries_[e].lower)) {
      ranked.push_back({edges_[e], entries_[e].lower});
      tied_with_last += entries_[e].lower == last ? 1 : 0;
    }
  }
  const auto middle = ranked.begin() + static_cast<std::ptrdiff_t>(wanted);
  std::partial_sort(ranked.begin(), middle, ranked.end(),
                    [&](const RankedEdge& a, const RankedEdge& b) {
                      return a.curvature != b.curvature ? end.before(a.curvature, b.curvature)
                                                        : order_.before(a.edge, b.edge);
                    });
  ranked.erase(middle, ranked.end());
  for (auto begin = ranked.begin(); begin != ranked.end();) {
    const auto stop = std::find_if(begin, ranked.end(), [&](const RankedEdge& other) {
      return other.curvature != begin->curvature;
    });
    // Those that tie with the last one may go beyond the list, others are in it.
    const std::int64_t tied = begin->curvature == last ? tied_with_last : stop - begin;
    std::for_each(begin, stop, [&](RankedEdge& edge) { edge.tied = tied; });
    begin = stop;
  }
  return ranked;
}

std::vector<RankedEdge> CurvatureRanking::smallest(std::int64_t count) {
  return first(count, {&Entry::lower, true});
}

std::vector<RankedEdge> CurvatureRanking::largest(std::int64_t count) {
  return first(count, {&Entry::upper, false});
}

void CurvatureRanking::move_to(const Graph& graph, std::span<const Edge> changed) {
  // The curvature of an edge may change only if an end of it is an end of a changed one or was next
  // to it; who no longer is next to it lost the edge and so is an end, too.
  std::vector<std::uint8_t> stale(index(graph.num_nodes()));
  for (const Edge edge : changed) {
    for (const NodeId end : {edge.u, edge.v}) {
      stale[index(end)] = 1;
      for (const NodeId w : graph.csr().row(end)) {
        stale[index(w)] = 1;
      }
    }
  }
  std::vector<Edge> edges = graph.edges();
  std::vector<Entry> entries(edges.size());
  std::size_t old = 0;  // both lists ascend
  for (std::size_t e = 0; e < edges.size(); ++e) {
    while (old < edges_.size() && edges_[old] < edges[e]) {
      ++old;
    }
    const bool same = old < edges_.size() && edges_[old] == edges[e];
    if (same && stale[index(edges[e].u)] == 0 && stale[index(edges[e].v)] == 0) {
      entries[e] = entries_[old];
    }
  }
  graph_ = graph;
  edges_ = std::move(edges);
  entries_ = std::move(entries);
  transport_ = std::make_unique<ParallelTransport>(graph_, Fraction());
  bound_unknown();
}

std::int64_t CurvatureRanking::num_known() const noexcept {
  return std::count_if(entries_.begin(), entries_.end(),
                       [](const Entry& entry) { return entry.known; });
}

}  // namespace isthmus::rewiring
