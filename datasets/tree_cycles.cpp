#include "isthmus/datasets/tree_cycles.hpp"

#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/philox.hpp"

#include "motif_graph.hpp"
#include "require_option.hpp"
#include "streams.hpp"

namespace isthmus::datasets {
namespace {

constexpr std::int64_t kCycle = 6;
constexpr std::int64_t kNearRoot = 3;  // nodes 1, 2, 3 of a cycle and of the tree
constexpr std::int64_t kMostCycles = 1'000'000;

void check(const TreeCyclesOptions& o) {
  require_option("tree_cycles", o.height >= 2 && o.height <= 20, "height", "in 2 .. 20", o.height);
  require_option("tree_cycles", o.num_cycles >= 0 && o.num_cycles <= kMostCycles, "num_cycles",
                 "in 0 .. 10^6", o.num_cycles);
  const std::int64_t nodes = (std::int64_t{2} << o.height) - 1;
  require_option("tree_cycles", o.attach == CycleAttach::kOriginal || o.num_cycles <= nodes,
                 "num_cycles", "at most the nodes of the tree, which are " + std::to_string(nodes),
                 o.num_cycles);
  require_option("tree_cycles", o.extra_edges >= 0.0 && o.extra_edges <= 0.5, "extra_edges",
                 "in [0, 0.5]", o.extra_edges);
}

void attach_uniform(const TreeCyclesOptions& options, RandomStream& places, MotifGraph& graph) {
  for (const std::int64_t node : places.sample(graph.num_nodes(), options.num_cycles)) {
    const NodeId first = graph.add_cycle(kCycle, 1);
    graph.add_edge(first + static_cast<NodeId>(places.integer(kCycle)), static_cast<NodeId>(node));
  }
}

void attach_as_original(const TreeCyclesOptions& options, RandomStream& places, MotifGraph& graph) {
  for (std::int64_t k = 0; k < options.num_cycles; ++k) {
    const NodeId first = graph.add_cycle(kCycle, 1);
    graph.add_edge(first, 0);
    if (places.uniform() > 0.5) {
      const auto own = static_cast<NodeId>(1 + places.integer(kNearRoot));
      const auto other = static_cast<NodeId>(1 + places.integer(kNearRoot));
      graph.add_edge(first + own, other);
    }
  }
}

}  // namespace

Dataset tree_cycles(const TreeCyclesOptions& options) {
  check(options);
  MotifGraph graph;
  const auto nodes = static_cast<NodeId>((std::int64_t{2} << options.height) - 1);
  graph.add_base(nodes, 0);
  for (NodeId v = 1; v < nodes; ++v) {
    graph.add_edge((v - 1) / 2, v);
  }
  RandomStream places(options.seed, kAttachStream);
  if (options.attach == CycleAttach::kUniform) {
    attach_uniform(options, places, graph);
  } else {
    attach_as_original(options, places, graph);
  }
  return motif_node_set("gen:tree-cycles", std::move(graph), options.extra_edges, options.seed);
}

}  // namespace isthmus::datasets
