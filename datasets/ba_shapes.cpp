#include "isthmus/datasets/ba_shapes.hpp"

#include <string>
#include <utility>
#include <vector>

#include "isthmus/core/philox.hpp"

#include "motif_graph.hpp"
#include "require_option.hpp"
#include "streams.hpp"

namespace isthmus::datasets {
namespace {

constexpr std::int64_t kEdgesPerNode = 5;
constexpr std::int64_t kHouse = 5;
constexpr std::int64_t kMostParts = 1'000'000;

void check(const BaShapesOptions& o) {
  require_option("ba_shapes", o.num_base > kEdgesPerNode && o.num_base <= kMostParts, "num_base",
                 "in 6 .. 10^6", o.num_base);
  require_option("ba_shapes", o.num_houses >= 0 && o.num_houses <= kMostParts, "num_houses",
                 "in 0 .. 10^6", o.num_houses);
  require_option("ba_shapes", o.attach == HouseAttach::kRegular || o.num_houses <= o.num_base,
                 "num_houses", "at most num_base, which is " + std::to_string(o.num_base),
                 o.num_houses);
  require_option("ba_shapes", o.extra_edges >= 0.0 && o.extra_edges <= 0.5, "extra_edges",
                 "in [0, 0.5]", o.extra_edges);
}

}  // namespace

Dataset ba_shapes(const BaShapesOptions& options) {
  check(options);
  MotifGraph graph;
  RandomStream growth(options.seed, kPreferentialStream);
  graph.add_barabasi_albert(options.num_base, kEdgesPerNode, growth);
  RandomStream places(options.seed, kAttachStream);
  std::vector<std::int64_t> base(static_cast<std::size_t>(options.num_houses));
  if (options.attach == HouseAttach::kUniform) {
    base = places.sample(options.num_base, options.num_houses);
  } else {
    for (std::size_t k = 0; k < base.size(); ++k) {
      base[k] = static_cast<std::int64_t>(k) * (options.num_base / options.num_houses);
    }
  }
  for (const std::int64_t node : base) {
    const NodeId a = graph.add_house(1);
    const bool any = options.attach == HouseAttach::kUniform;
    graph.add_edge(a + static_cast<NodeId>(any ? places.integer(kHouse) : 0),
                   static_cast<NodeId>(node));
  }
  return motif_node_set("gen:ba-shapes", std::move(graph), options.extra_edges, options.seed);
}

}  // namespace isthmus::datasets
