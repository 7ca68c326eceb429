#include "isthmus/datasets/ba_2motifs.hpp"

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

constexpr std::int64_t kBase = 20;
constexpr std::int64_t kMotif = 5;
constexpr std::int64_t kMostGraphs = 1'000'000;

}  // namespace

Dataset ba_2motifs(const Ba2motifsOptions& options) {
  if (options.num_graphs < 0 || options.num_graphs > kMostGraphs) {
    throw InvalidArgument("ba_2motifs: num_graphs must be in 0 .. 10^6, got " +
                          std::to_string(options.num_graphs));
  }
  std::vector<MotifGraph> graphs(static_cast<std::size_t>(options.num_graphs));
  std::vector<std::int64_t> labels;
  for (MotifGraph& graph : graphs) {
    const auto k = static_cast<std::int64_t>(labels.size());
    RandomStream growth(options.seed, kPreferentialStream, static_cast<std::uint32_t>(k));
    graph.add_barabasi_albert(kBase, 1, growth);
    labels.push_back(2 * k < options.num_graphs ? 0 : 1);
    const NodeId first = labels.back() == 0 ? graph.add_house(1) : graph.add_cycle(kMotif, 1);
    RandomStream places(options.seed, kAttachStream, static_cast<std::uint32_t>(k));
    const auto from = static_cast<NodeId>(places.integer(kBase));
    graph.add_edge(from, first + static_cast<NodeId>(places.integer(kMotif)));
  }

  Dataset dataset;
  dataset.name = "gen:ba-2motifs";
  dataset.task = Task::kGraph;
  set_motif_graphs(graphs, 0.1F, dataset);
  set_classes(labels, dataset);
  dataset.splits.push_back(
      stratified_split(dataset.y, {.train = 0.8, .val = 0.1, .test = 0.1}, options.seed));
  return dataset;
}

}  // namespace isthmus::datasets
