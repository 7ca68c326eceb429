#include "isthmus/rewiring/grlef.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <limits>
#include <span>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/graph/simple_graph.hpp"

#include "sorted_edge.hpp"
#include "triangle_classes.hpp"

namespace isthmus::rewiring {
namespace {

constexpr std::uint32_t kFlipStream = 0x67726c66;  // "grlf"

void check_arguments(const Graph& graph, const GrlefOptions& options) {
  check_simple(graph, "grlef");
  if (options.num_flips < 0 || options.num_flips > std::numeric_limits<std::uint32_t>::max()) {
    throw InvalidArgument("grlef: num_flips must be in [0, 2^32), got " +
                          std::to_string(options.num_flips));
  }
  if (!(options.temperature >= 0.0) || !std::isfinite(options.temperature)) {
    std::ostringstream text;
    text << "grlef: temperature must be >= 0 and finite, got " << options.temperature;
    throw InvalidArgument(text.str());
  }
}

/// The neighbour of one end that moves to the other.
struct Partner {
  NodeId node = -1;  ///< -1: there is none.
  std::int64_t score = 0;
  std::int64_t tied = 0;
};

/// Marks N(u) and N(v) while it chooses partners.
class PartnerSearch {
 public:
  explicit PartnerSearch(NodeId nodes) : mark_(static_cast<std::size_t>(nodes)) {}

  /// i for (u, v), j for (v, u).
  [[nodiscard]] Partner find(const EditableGraph& graph, NodeId from, NodeId to) {
    set(graph.neighbours(from), kFrom);
    set(graph.neighbours(to), kTo);
    Partner best;
    for (const NodeId i : graph.neighbours(from)) {
      if (i == to || (mark_[static_cast<std::size_t>(i)] & kTo) != 0) {
        continue;
      }
      std::int64_t score = 0;
      for (const NodeId w : graph.neighbours(i)) {
        const unsigned mark = mark_[static_cast<std::size_t>(w)];
        score += ((mark & kTo) != 0 ? 1 : 0) - ((mark & kFrom) != 0 ? 1 : 0);
      }
      if (best.node < 0 || score < best.score) {  // rows ascend: the first is the smallest
        best = {i, score, 0};
      }
      best.tied += score == best.score ? 1 : 0;
    }
    set(graph.neighbours(from), 0);
    set(graph.neighbours(to), 0);
    return best;
  }

 private:
  static constexpr unsigned kFrom = 1;
  static constexpr unsigned kTo = 2;

  /// Adds a mark; 0 takes all away.
  void set(std::span<const NodeId> row, unsigned mark) {
    for (const NodeId w : row) {
      std::uint8_t& there = mark_[static_cast<std::size_t>(w)];
      there = static_cast<std::uint8_t>(mark == 0 ? 0 : there | mark);
    }
  }

  std::vector<std::uint8_t> mark_;
};

/// Replaces u-i and v-j by v-i and u-j.
void flip(const Edge& edge, const Partner& i, const Partner& j, std::int64_t step,
          TriangleClasses& classes, EditLog& log) {
  const auto edit = [&](EditKind kind, NodeId end, const Partner& partner) {
    if (kind == EditKind::kAdd) {
      classes.add_edge(end, partner.node);
    } else {
      classes.remove_edge(end, partner.node);
    }
    log.edits.push_back({.step = step,
                         .kind = kind,
                         .edge = sorted_edge(end, partner.node),
                         .score = static_cast<double>(partner.score),
                         .tied = partner.tied});
  };
  edit(EditKind::kRemove, edge.u, i);
  edit(EditKind::kRemove, edge.v, j);
  edit(EditKind::kAdd, edge.v, i);
  edit(EditKind::kAdd, edge.u, j);
}

}  // namespace

GrlefResult grlef(const Graph& graph, const GrlefOptions& options) {
  check_arguments(graph, options);
  TriangleClasses classes(graph);
  PartnerSearch search(graph.num_nodes());
  GrlefResult result;
  while (result.steps < options.num_flips) {
    if (graph.num_edges() == 0) {
      result.stop = Stop::kNoCandidate;
      break;
    }
    if (options.cancel.requested()) {
      result.stop = Stop::kLimit;
      break;
    }
    ++result.steps;
    RandomStream draws(options.seed, kFlipStream, static_cast<std::uint32_t>(result.steps));
    Edge edge = classes.draw(options.temperature, draws);
    if (draws.integer(2) == 1) {
      std::swap(edge.u, edge.v);
    }
    const Partner i = search.find(classes.graph(), edge.u, edge.v);
    const Partner j = search.find(classes.graph(), edge.v, edge.u);
    if (i.node < 0 || j.node < 0) {
      ++result.skipped;
    } else {
      flip(edge, i, j, result.steps, classes, result.log);
    }
    report_progress(options.progress,
                    {.what = "flips", .done = result.steps, .total = options.num_flips});
  }
  result.graph = classes.graph().graph();
  return result;
}

}  // namespace isthmus::rewiring
