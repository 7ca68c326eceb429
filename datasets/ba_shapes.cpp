#include "isthmus/datasets/ba_shapes.hpp"

#include <sstream>
#include <string>
#include <vector>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"
#include "isthmus/datasets/splits.hpp"

#include "assemble.hpp"
#include "motif_graph.hpp"
#include "streams.hpp"

namespace isthmus::datasets {
namespace {

constexpr std::int64_t kEdgesPerNode = 5;
constexpr std::int64_t kHouse = 5;
constexpr std::int64_t kMost = 1'000'000;

template <typename Value>
void require(bool rule_holds, const char* option, const std::string& rule, Value got) {
  if (!rule_holds) {
    std::ostringstream text;
    text << "ba_shapes: " << option << " must be " << rule << ", got " << got;
    throw InvalidArgument(text.str());
  }
}

void check(const BaShapesOptions& o) {
  require(o.num_base > kEdgesPerNode && o.num_base <= kMost, "num_base", "in 6 .. 10^6",
          o.num_base);
  require(o.num_houses >= 0 && o.num_houses <= kMost, "num_houses", "in 0 .. 10^6", o.num_houses);
  require(o.attach == HouseAttach::kRegular || o.num_houses <= o.num_base, "num_houses",
          "at most num_base, which is " + std::to_string(o.num_base), o.num_houses);
  require(o.extra_edges >= 0.0 && o.extra_edges <= 0.5, "extra_edges", "in [0, 0.5]",
          o.extra_edges);
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
  const auto extra =
      static_cast<std::int64_t>(options.extra_edges * static_cast<double>(graph.num_edges()));
  RandomStream pairs(options.seed, kExtraEdgeStream);
  graph.add_random_edges(extra, pairs);

  Dataset dataset;
  dataset.name = "gen:ba-shapes";
  dataset.task = Task::kNode;
  set_motif_graphs({graph}, 1.0F, dataset);
  set_classes(graph.label(), dataset);
  dataset.splits.push_back(
      stratified_split(dataset.y, {.train = 0.8, .val = 0.1, .test = 0.1}, options.seed));
  return dataset;
}

}  // namespace isthmus::datasets
