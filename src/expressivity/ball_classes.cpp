#include "ball_classes.hpp"

#include <algorithm>
#include <cstddef>
#include <utility>

#include "isthmus/core/parallel_chunks.hpp"
#include "isthmus/expressivity/canonical_form.hpp"
#include "isthmus/expressivity/isomorphism_classes.hpp"
#include "isthmus/graph/traversal.hpp"

#include "index.hpp"
#include "number_rows.hpp"
#include "refine_nodes.hpp"

namespace isthmus::expressivity {
namespace {

/// The nodes at most `hops` away from `centre`, ascending.
std::vector<NodeId> nodes_of_ball(const CsrView& csr, NodeId centre, std::int32_t hops,
                                  std::vector<std::uint8_t>& reached) {
  std::vector<NodeId> nodes = {centre};
  reached[index(centre)] = 1;
  std::size_t first = 0;
  for (std::int32_t hop = 0; hop < hops && first < nodes.size(); ++hop) {
    const std::size_t last = nodes.size();
    for (; first < last; ++first) {
      for (const NodeId u : csr.row(nodes[first])) {
        if (reached[index(u)] == 0) {
          reached[index(u)] = 1;
          nodes.push_back(u);
        }
      }
    }
  }
  for (const NodeId v : nodes) {
    reached[index(v)] = 0;
  }
  std::sort(nodes.begin(), nodes.end());
  return nodes;
}

/// The subgraph induced by `nodes`, which ascend.
WlGraph induced(const WlGraph& graph, const std::vector<NodeId>& nodes) {
  const CsrView csr = graph.graph.csr();
  WlGraph ball;
  std::vector<std::int64_t> rowptr = {0};
  std::vector<NodeId> col;
  for (const NodeId v : nodes) {
    std::size_t slot = index(csr.rowptr[index(v)]);
    for (const NodeId u : csr.row(v)) {
      const auto place = std::ranges::lower_bound(nodes, u);
      if (place != nodes.end() && *place == u) {
        col.push_back(static_cast<NodeId>(place - nodes.begin()));
        if (!graph.edge_label.empty()) {
          ball.edge_label.push_back(graph.edge_label[slot]);
        }
      }
      ++slot;
    }
    rowptr.push_back(static_cast<std::int64_t>(col.size()));
  }
  ball.graph =
      Graph::from_csr(static_cast<NodeId>(nodes.size()), std::move(rowptr), std::move(col));
  return ball;
}

/// Balls of all graphs, and which of them is that of each node.
struct Balls {
  std::vector<WlGraph> ball;
  std::vector<std::vector<std::size_t>> of_node;  ///< [G][N]
};

/// Adds the balls of one graph, whose node labels are the numbers `label`.
void add_balls(const WlGraph& graph, std::span<const std::uint32_t> label,
               const SubstructureWlOptions& options, Balls& balls) {
  const bool marked = options.centre == BallCentre::kMarked;
  const Components components = connected_components(graph.graph);
  constexpr std::size_t kNone = ~std::size_t{0};
  std::vector<std::size_t> whole(components.size.size(), kNone);
  std::vector<std::uint8_t> reached(label.size());
  std::vector<std::size_t>& of_node = balls.of_node.emplace_back();
  for (NodeId v = 0; v < graph.graph.num_nodes(); ++v) {
    const auto component = index(components.component[index(v)]);
    const std::vector<NodeId> nodes = nodes_of_ball(graph.graph.csr(), v, options.k, reached);
    const bool is_whole =
        !marked && static_cast<NodeId>(nodes.size()) == components.size[component];
    if (is_whole && whole[component] != kNone) {
      of_node.push_back(whole[component]);
      continue;
    }
    WlGraph ball = induced(graph, nodes);
    for (const NodeId u : nodes) {
      ball.node_label.push_back(2 * std::uint64_t{label[index(u)]} + (marked && u == v ? 1 : 0));
    }
    if (is_whole) {
      whole[component] = balls.ball.size();
    }
    of_node.push_back(balls.ball.size());
    balls.ball.push_back(std::move(ball));
  }
}

}  // namespace

BallClasses ball_classes(std::span<const WlGraph> graphs, const SubstructureWlOptions& options) {
  const std::vector<std::int64_t> offset = node_offsets(graphs);
  const Numbering label = number_node_labels(graphs);
  Balls balls;
  for (std::size_t g = 0; g < graphs.size(); ++g) {
    add_balls(graphs[g],
              std::span(label.colour).subspan(index(offset[g]), index(offset[g + 1] - offset[g])),
              options, balls);
  }
  const IsomorphismClassesResult classes = isomorphism_classes(
      balls.ball, {.max_nodes = options.max_search_nodes, .cancel = options.common.cancel});
  if (!classes.complete) {
    return {{}, classes.undecided};
  }
  // Classes are numbered by their first ball, which depends on names; forms do not.
  std::vector<const WlGraph*> first(index(classes.classes), nullptr);
  for (std::size_t b = 0; b < balls.ball.size(); ++b) {
    const WlGraph*& known = first[classes.class_of[b]];
    known = known == nullptr ? &balls.ball[b] : known;
  }
  std::vector<CanonicalForm> form(first.size());
  parallel_chunks(static_cast<std::int64_t>(first.size()), [&](std::int64_t c) {
    form[index(c)] = canonical_form(
        *first[index(c)], {.max_nodes = options.max_search_nodes, .cancel = options.common.cancel});
  });
  std::vector<std::uint64_t> words;
  std::vector<std::int64_t> start = {0};
  for (const CanonicalForm& of_class : form) {
    if (!of_class.complete) {
      return {{},
              options.common.cancel.requested()
                  ? "cancelled before round 0"
                  : "the canonical form of a ball exceeds max_search_nodes = " +
                        std::to_string(options.max_search_nodes)};
    }
    words.insert(words.end(), of_class.code.begin(), of_class.code.end());
    start.push_back(static_cast<std::int64_t>(words.size()));
  }
  const Numbering rank = number_rows(words, start);
  BallClasses result;
  for (const std::vector<std::size_t>& of_node : balls.of_node) {
    std::vector<std::uint64_t>& ranks = result.of_node.emplace_back();
    for (const std::size_t b : of_node) {
      ranks.push_back(rank.colour[classes.class_of[b]]);
    }
  }
  return result;
}

}  // namespace isthmus::expressivity
