#include "isthmus/datasets/graph_loader.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

#include "streams.hpp"

namespace isthmus::datasets {
namespace {

[[noreturn]] void refuse(const std::string& rule, std::int64_t got) {
  throw InvalidArgument("GraphLoader: " + rule + ", got " + std::to_string(got));
}

void check_graph_ids(const std::vector<std::int64_t>& ids, std::int64_t num_graphs) {
  std::vector<bool> met(static_cast<std::size_t>(num_graphs), false);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    const std::int64_t id = ids[i];
    const auto where = [i] { return "ids[" + std::to_string(i) + "] must "; };
    if (id < 0 || id >= num_graphs) {
      refuse(where() + "be in [0, " + std::to_string(num_graphs) + ")", id);
    }
    if (met[static_cast<std::size_t>(id)]) {
      refuse(where() + "differ from all before it", id);
    }
    met[static_cast<std::size_t>(id)] = true;
  }
}

}  // namespace

GraphLoader::GraphLoader(GraphSource source, std::vector<std::int64_t> ids,
                         const GraphLoaderOptions& options)
    : source_(std::move(source)), ids_(std::move(ids)), options_(options) {
  if (options_.batch_size < 1) {
    refuse("batch_size must be >= 1", options_.batch_size);
  }
  if (options_.max_graphs < options_.batch_size) {
    refuse("max_graphs must be >= batch_size, which is " + std::to_string(options_.batch_size),
           options_.max_graphs);
  }
  check_graph_ids(ids_, source_.num_graphs);
}

std::int64_t GraphLoader::num_batches() const noexcept {
  const auto count = static_cast<std::int64_t>(ids_.size());
  return count / options_.batch_size + (count % options_.batch_size != 0 ? 1 : 0);
}

std::vector<std::int64_t> GraphLoader::ids_of(std::uint32_t epoch, std::int64_t batch) const {
  if (batch < 0 || batch >= num_batches()) {
    refuse("batch must be in [0, " + std::to_string(num_batches()) + ")", batch);
  }
  const auto count = static_cast<std::int64_t>(ids_.size());
  const std::int64_t first = batch * options_.batch_size;
  const std::int64_t last = std::min(count, first + options_.batch_size);
  std::vector<std::int64_t> chosen(ids_.begin() + first, ids_.begin() + last);
  if (options_.shuffle) {
    // The order of a thousand graphs is drawn faster than the first of them.
    const std::vector<std::int64_t> order =
        RandomStream(options_.seed, kGraphOrderStream, epoch).permutation(count);
    for (std::int64_t i = first; i < last; ++i) {
      chosen[static_cast<std::size_t>(i - first)] =
          ids_[static_cast<std::size_t>(order[static_cast<std::size_t>(i)])];
    }
  }
  return chosen;
}

std::vector<LabelledGraph> GraphLoader::batch(std::uint32_t epoch, std::int64_t batch) const {
  std::vector<LabelledGraph> graphs;
  for (const std::int64_t id : ids_of(epoch, batch)) {
    graphs.push_back(source_.graph(id));
  }
  return graphs;
}

Prefetch<std::vector<LabelledGraph>> GraphLoader::epoch(std::uint32_t epoch,
                                                        std::int64_t first) const {
  return Prefetch<std::vector<LabelledGraph>>(
      first, num_batches(), [this, epoch](std::int64_t b) { return batch(epoch, b); },
      options_.max_graphs / options_.batch_size - 1);
}

}  // namespace isthmus::datasets
