#include "cluster_batches.hpp"

#include <span>

#include "isthmus/partition/partition_kway.hpp"

namespace isthmus::train {
namespace {

std::vector<std::int32_t> parts_of(const Graph& graph, std::int64_t parts) {
  return partition::partition_kway(graph, {.parts = parts}).part;
}

std::vector<NodeId> to_nodes(const std::vector<std::int64_t>& items) {
  return {items.begin(), items.end()};
}

}  // namespace

ClusterBatches::ClusterBatches(const TaskTensors& data, const Config& config,
                               const std::vector<std::int64_t>& items, std::uint64_t seed)
    : data_(&data),
      is_item_(static_cast<std::size_t>(data.whole().graph.num_nodes()), false),
      loader_(data.whole().graph, parts_of(data.whole().graph, config.train.parts),
              {.parts_per_batch = config.train.parts_per_batch, .seed = seed}, to_nodes(items)) {
  for (const std::int64_t item : items) {
    is_item_[static_cast<std::size_t>(item)] = true;
  }
}

ClusterStep ClusterBatches::at(std::int64_t epoch, std::int64_t batch) const {
  ClusterBatch cluster = loader_.batch(static_cast<std::uint32_t>(epoch), batch);
  ClusterStep step;
  step.input = data_->part(cluster);
  std::vector<std::int64_t> items;
  std::vector<std::int64_t> rows;
  for (std::size_t row = 0; row < cluster.n_id.size(); ++row) {
    const auto node = static_cast<std::size_t>(cluster.n_id[row]);
    if (is_item_[node]) {
      items.push_back(cluster.n_id[row]);
      rows.push_back(static_cast<std::int64_t>(row));
    }
  }
  step.targets = data_->targets_of(items);
  step.targets.row = std::move(rows);
  return step;
}

}  // namespace isthmus::train
