#include "isthmus/graph/neighbor_loader.hpp"

#include <algorithm>
#include <cstddef>
#include <string>
#include <utility>

#include "isthmus/core/error.hpp"
#include "isthmus/core/philox.hpp"

namespace isthmus {
namespace {

constexpr std::uint32_t kShuffleStream = 0x53484655U;  // "SHFU"

[[noreturn]] void refuse_batches(const std::string& rule, std::int64_t got) {
  throw InvalidArgument("NeighborLoader: " + rule + ", got " + std::to_string(got));
}

void check_seeds(const std::vector<NodeId>& seeds, NodeId num_nodes) {
  std::vector<bool> met(static_cast<std::size_t>(num_nodes), false);
  for (std::size_t i = 0; i < seeds.size(); ++i) {
    const NodeId seed = seeds[i];
    const auto where = [i] { return "seeds[" + std::to_string(i) + "] must "; };
    if (seed < 0 || seed >= num_nodes) {
      refuse_batches(where() + "be in [0, " + std::to_string(num_nodes) + ")", seed);
    }
    if (met[static_cast<std::size_t>(seed)]) {
      refuse_batches(where() + "differ from all before it", seed);
    }
    met[static_cast<std::size_t>(seed)] = true;
  }
}

}  // namespace

NeighborLoader::NeighborLoader(NeighborSampler sampler, std::vector<NodeId> seeds,
                               const NeighborLoaderOptions& options)
    : sampler_(std::move(sampler)),
      options_(options),
      seeds_(std::make_shared<const std::vector<NodeId>>(std::move(seeds))) {
  if (options_.batch_size < 1) {
    refuse_batches("batch_size must be >= 1", options_.batch_size);
  }
  if (options_.prefetch < 0) {
    refuse_batches("prefetch must be >= 0", options_.prefetch);
  }
  check_seeds(*seeds_, sampler_.graph().num_nodes());
}

std::int64_t NeighborLoader::num_batches() const noexcept {
  const auto count = static_cast<std::int64_t>(seeds_->size());
  const std::int64_t full = count / options_.batch_size;
  return full + (!options_.drop_last && count % options_.batch_size != 0 ? 1 : 0);
}

std::shared_ptr<const std::vector<NodeId>> NeighborLoader::order_of(std::uint32_t epoch) const {
  if (!options_.shuffle) {
    return seeds_;
  }
  const std::lock_guard lock(mutex_);
  if (!latest_order_ || latest_epoch_ != epoch) {
    RandomStream draws(sampler_.options().seed, kShuffleStream, epoch);
    std::vector<NodeId> order;
    order.reserve(seeds_->size());
    for (const std::int64_t i : draws.permutation(static_cast<std::int64_t>(seeds_->size()))) {
      order.push_back((*seeds_)[static_cast<std::size_t>(i)]);
    }
    latest_order_ = std::make_shared<const std::vector<NodeId>>(std::move(order));
    latest_epoch_ = epoch;
  }
  return latest_order_;
}

std::vector<NodeId> NeighborLoader::seeds_of(std::uint32_t epoch, std::int64_t batch) const {
  if (batch < 0 || batch >= num_batches()) {
    refuse_batches("batch must be in [0, " + std::to_string(num_batches()) + ")", batch);
  }
  const auto order = order_of(epoch);
  const auto count = static_cast<std::int64_t>(order->size());
  const std::int64_t first = batch * options_.batch_size;
  const std::int64_t last = first + std::min(options_.batch_size, count - first);
  return {order->begin() + first, order->begin() + last};
}

NeighborSample NeighborLoader::batch(std::uint32_t epoch, std::int64_t batch) const {
  return sampler_.sample(seeds_of(epoch, batch),
                         {.epoch = epoch, .batch = static_cast<std::uint32_t>(batch)});
}

Prefetch<NeighborSample> NeighborLoader::epoch(std::uint32_t epoch, std::int64_t first) const {
  return Prefetch<NeighborSample>(
      first, num_batches(), [this, epoch](std::int64_t b) { return batch(epoch, b); },
      options_.prefetch);
}

}  // namespace isthmus
