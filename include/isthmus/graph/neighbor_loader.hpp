#pragma once

#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "isthmus/core/prefetch.hpp"
#include "isthmus/graph/graph.hpp"
#include "isthmus/graph/neighbor_sampler.hpp"

namespace isthmus {

/// Options of NeighborLoader.
struct NeighborLoaderOptions {
  std::int64_t batch_size = 128;  ///< Seeds a batch, >= 1.
  bool shuffle = true;            ///< Draw a new order of the seeds for each epoch.
  bool drop_last = false;         ///< Leave out a last batch of fewer seeds.
  std::int64_t prefetch = 2;      ///< Batches made ahead by epoch(), >= 0; see Prefetch.
};

/// Cuts a list of seeds into batches and samples around each.
///
/// The order of an epoch is a function of (the sampler's seed, epoch), the sample of a batch one of
/// (seed, epoch, batch): any batch of any epoch can be had by itself, in any order, with the same
/// bits. So a run that stopped goes on with epoch(e, first).
///
/// @par Thread-safe  all members are const; batches may be made on several threads at once.
class NeighborLoader {
 public:
  /// @throws InvalidArgument  naming the seed, if one is not a node of the sampler's graph or comes
  ///                          twice; if an option is out of range.
  NeighborLoader(NeighborSampler sampler, std::vector<NodeId> seeds,
                 const NeighborLoaderOptions& options = {});

  /// Batches of every epoch.
  [[nodiscard]] std::int64_t num_batches() const noexcept;
  /// @throws InvalidArgument  unless 0 <= batch < num_batches().
  [[nodiscard]] std::vector<NodeId> seeds_of(std::uint32_t epoch, std::int64_t batch) const;
  /// The sample around seeds_of(epoch, batch).
  [[nodiscard]] NeighborSample batch(std::uint32_t epoch, std::int64_t batch) const;
  /// Batches first, first + 1, ... of an epoch, made ahead of their use. Must not outlive the
  /// loader.
  [[nodiscard]] Prefetch<NeighborSample> epoch(std::uint32_t epoch, std::int64_t first = 0) const;

  [[nodiscard]] const NeighborSampler& sampler() const noexcept { return sampler_; }
  [[nodiscard]] const NeighborLoaderOptions& options() const noexcept { return options_; }

 private:
  /// The seeds in the order of an epoch.
  [[nodiscard]] std::shared_ptr<const std::vector<NodeId>> order_of(std::uint32_t epoch) const;

  NeighborSampler sampler_;
  NeighborLoaderOptions options_;
  std::shared_ptr<const std::vector<NodeId>> seeds_;
  mutable std::mutex mutex_;  ///< Of the latest order.
  mutable std::uint32_t latest_epoch_ = 0;
  mutable std::shared_ptr<const std::vector<NodeId>> latest_order_;
};

}  // namespace isthmus
