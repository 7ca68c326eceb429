#include "graph_batches.hpp"

#include <algorithm>
#include <string>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

namespace isthmus::train {
namespace {

constexpr std::uint32_t kOrderStream = 0x42415443U;   // "BATC"
constexpr std::uint32_t kSampleStream = 0x42415444U;  // "BATD"

[[noreturn]] void refuse(const std::string& text) {
  throw InvalidArgument("run_training: " + text);
}

void check_fits(const char* key, std::int64_t most, const char* unit, std::int64_t graph,
                std::int64_t size) {
  if (most > 0 && size > most) {
    refuse(std::string(key) + " must be at least the size of each training graph; graph " +
           std::to_string(graph) + " has " + std::to_string(size) + " " + unit + ", got " +
           std::to_string(most));
  }
}

}  // namespace

void check_budgets(const LoopConfig& loop, const datasets::Dataset& dataset) {
  for (const auto& [key, most] : {std::pair("train.max_nodes", loop.max_nodes),
                                  std::pair("train.max_edges", loop.max_edges)}) {
    if (most == 0) {
      continue;
    }
    const std::string got = ", got " + std::to_string(most);
    if (dataset.task != datasets::Task::kGraph && !dataset.splits_of_graphs) {
      refuse(std::string(key) + " is for sets of many graphs, '" + dataset.name + "' is one" + got);
    }
    if (loop.batches_per_epoch != 0) {
      refuse(std::string(key) + " must be 0 with train.batches_per_epoch" + got);
    }
  }
}

std::vector<std::vector<std::int64_t>> graph_batches(const datasets::Dataset& dataset,
                                                     const LoopConfig& loop,
                                                     const std::vector<std::int64_t>& items,
                                                     std::uint64_t seed, std::int64_t epoch) {
  const auto count = static_cast<std::int64_t>(items.size());
  std::vector<std::vector<std::int64_t>> batches;
  if (loop.batches_per_epoch > 0) {
    for (std::int64_t b = 0; b < loop.batches_per_epoch; ++b) {
      RandomStream draws(seed, kSampleStream,
                         static_cast<std::uint32_t>(epoch * loop.batches_per_epoch + b));
      std::vector<std::int64_t>& batch = batches.emplace_back();
      for (const std::int64_t i : draws.sample(count, std::min(loop.batch_size, count))) {
        batch.push_back(items[static_cast<std::size_t>(i)]);
      }
    }
    return batches;
  }
  RandomStream draws(seed, kOrderStream, static_cast<std::uint32_t>(epoch));
  std::int64_t nodes = 0;
  std::int64_t arcs = 0;
  for (const std::int64_t i : draws.permutation(count)) {
    const std::int64_t item = items[static_cast<std::size_t>(i)];
    const Graph& graph = dataset.graphs[static_cast<std::size_t>(item)];
    const std::int64_t own_nodes = graph.num_nodes();
    const std::int64_t own_arcs = graph.num_edges();
    check_fits("train.max_nodes", loop.max_nodes, "nodes", item, own_nodes);
    check_fits("train.max_edges", loop.max_edges, "arcs", item, own_arcs);
    const bool full = batches.empty() ||
                      static_cast<std::int64_t>(batches.back().size()) == loop.batch_size ||
                      (loop.max_nodes > 0 && nodes + own_nodes > loop.max_nodes) ||
                      (loop.max_edges > 0 && arcs + own_arcs > loop.max_edges);
    if (full) {
      batches.emplace_back();
      nodes = 0;
      arcs = 0;
    }
    batches.back().push_back(item);
    nodes += own_nodes;
    arcs += own_arcs;
  }
  return batches;
}

}  // namespace isthmus::train
